#include "check/contents.h"

#include "check/svcb.h"
#include "check/text.h"

static void (*const checks[])(const struct store *store) = {check_texts, check_services};

void
check_contents(const struct store *store)
{
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		checks[i](store);
}
