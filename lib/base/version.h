/* The version of zonepp, as the GNUmakefile states it. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

extern const char zonepp_version[];

#endif
