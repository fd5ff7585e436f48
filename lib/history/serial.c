#include "history/serial.h"

#include "dns/serial.h"

uint32_t
serial_highest(uint32_t a, uint32_t b)
{
	return serial_later(b, a) ? b : a;
}

void
serial_put(struct serial_accounts *serials, enum serial_account account, uint32_t serial)
{
	serials->of[account] = serial;
	serials->known[account] = true;
}

bool
serial_last(const struct serial_accounts *serials, uint32_t *serial, enum serial_account *account)
{
	bool any = false;

	*serial = 0;
	*account = SERIAL_TEMPLATE;
	for (int i = 0; i < SERIAL_TEMPLATE; i++) {
		if (!serials->known[i] || (any && !serial_later(serials->of[i], *serial)))
			continue;
		*serial = serials->of[i];
		*account = (enum serial_account)i;
		any = true;
	}
	return any;
}

bool
serial_is_published(const struct serial_accounts *serials)
{
	enum serial_account account;
	uint32_t serial;

	return serial_last(serials, &serial, &account);
}

uint32_t
serial_next(const struct serial_accounts *serials, uint32_t wanted)
{
	enum serial_account account;
	uint32_t last;

	if (serials->known[SERIAL_TEMPLATE])
		wanted = serial_highest(wanted, serials->of[SERIAL_TEMPLATE]);
	if (!serial_last(serials, &last, &account))
		return wanted;
	return serial_later(wanted, last) ? wanted : last + 1;
}

const char *
serial_account_name(enum serial_account account)
{
	static const char *const names[N_SERIAL_ACCOUNTS] = {
	    [SERIAL_LIVE] = "a server",
	    [SERIAL_PUBLISHED] = "the published file",
	    [SERIAL_CACHE] = "the last build's cache",
	    [SERIAL_STATE] = "the state file",
	    [SERIAL_TEMPLATE] = "the template",
	};

	return names[account];
}
