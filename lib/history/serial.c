#include "history/serial.h"

#include "dns/serial.h"

uint32_t
serial_highest(uint32_t a, uint32_t b)
{
	return serial_later(b, a) ? b : a;
}

void
serial_put(struct serial_witnesses *serials, enum serial_witness witness, uint32_t serial)
{
	serials->of[witness] = serial;
	serials->known[witness] = true;
}

bool
serial_last(const struct serial_witnesses *serials, uint32_t *serial, enum serial_witness *witness)
{
	bool any = false;

	*serial = 0;
	*witness = SERIAL_TEMPLATE;
	for (int i = 0; i < SERIAL_TEMPLATE; i++) {
		if (!serials->known[i] || (any && !serial_later(serials->of[i], *serial)))
			continue;
		*serial = serials->of[i];
		*witness = (enum serial_witness)i;
		any = true;
	}
	return any;
}

bool
serial_is_published(const struct serial_witnesses *serials)
{
	enum serial_witness witness;
	uint32_t serial;

	return serial_last(serials, &serial, &witness);
}

uint32_t
serial_next(const struct serial_witnesses *serials, uint32_t wanted)
{
	enum serial_witness witness;
	uint32_t last;

	if (serials->known[SERIAL_TEMPLATE])
		wanted = serial_highest(wanted, serials->of[SERIAL_TEMPLATE]);
	if (!serial_last(serials, &last, &witness))
		return wanted;
	return serial_later(wanted, last) ? wanted : last + 1;
}

const char *
serial_witness_name(enum serial_witness witness)
{
	static const char *const names[N_SERIAL_WITNESSES] = {
	    [SERIAL_LIVE] = "a server",
	    [SERIAL_PUBLISHED] = "the published file",
	    [SERIAL_MARK] = "a publication that was not finished",
	    [SERIAL_CACHE] = "the last build's cache",
	    [SERIAL_STATE] = "the state file",
	    [SERIAL_TEMPLATE] = "the template",
	};

	return names[witness];
}
