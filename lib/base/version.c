#include "base/version.h"

const char zonepp_version[] = ZONEPP_VERSION;
