/* Key files for the tests of lib/dnssec: a folder to write them in, and the keys of the RFCs with
 * what they sign there. */
#ifndef KEY_FIXTURE_H
#define KEY_FIXTURE_H

#include "unit.h"

#include "base/buf.h"
#include "dns/name.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

/* A key of an RFC and a signature that it made there. */
struct key_vector {
	const char *rfc;
	const char *zone;
	uint16_t flags;
	uint8_t algorithm;
	uint16_t tag;
	const char *public_key;  /* base64 */
	const char *private_key; /* lines of the .private file behind Algorithm: */
	const char *owner;
	const char *record; /* TTL, class, type, RDATA as text */
	uint16_t type;
	struct bytes rdata;
	uint32_t inception, expiration;
	const char *signature; /* base64 */
	bool deterministic;
};

static const uint8_t a_rdata[] = {192, 0, 2, 1}, a_91_rdata[] = {192, 0, 2, 91};
static const uint8_t mx_rdata[] = "\0\012\004mail\007example\003com";

static const struct key_vector key_vectors[] = {
    {"RFC 5702 section 6.1", "example.net.", 256, 8, 9033,
	"AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmO"
	"bdk=",
	"Modulus: wVwaxrHF2CK64aYKRUibLiH30KpPuPBjel7E8ZydQW1HYWHfoGmidzC2RnhwCC293hCzw+TFR2nqn8"
	"OVSY5t2Q==\n"
	"PublicExponent: AQAB\n"
	"PrivateExponent: UR44xX6zB3eaeyvTRzmskHADrPCmPWnr8dxsNwiDGHzrMKLN+i/HAam+97HxIKVWNDH2ba"
	"9Mf1SA8xu9dcHZAQ==\n"
	"Prime1: 4c8IvFu1AVXGWeFLLFh5vs7fbdzdC6U82fduE6KkSWk=\n"
	"Prime2: 2zZpBE8ZXVnL74QjG4zINlDfH+EOEtjJJ3RtaYDugvE=\n"
	"Exponent1: G2xAPfK0KGxGANDVNxd1K1c9wOmmJ51mGbzKFFNMFFk=\n"
	"Exponent2: GYxP1Pa7CAwtHm8SAGX594qZVofOMhgd6YFCNyeVpKE=\n"
	"Coefficient: icQdNRjlZGPmuJm2TIadubcO8X7V4y07aVhX464tx8Q=\n",
	"www.example.net.", "3600 IN A 192.0.2.91", 1, {a_91_rdata, 4}, 946684800, 1893456000,
	"kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg==",
	true},
    {"RFC 5702 section 6.2", "example.net.", 256, 10, 3740,
	"AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFDxj13tOnD9u/1"
	"kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL",
	"Modulus: 0eg1M5b563zoq4k5ZEOnWmd2/BvpjzedJVdfIsDcMuuhE5SQ3pfQ7qmdaeMlC6Nf8DKGoUPGPXe06c"
	"P27/WRODtxXquSUytkO0kJDk8KX8PtA0+yBWwy7UnZDyCkynO00Uuk8HPVtZeMO1pHtlAGVnc8VjXZlNKdyit99w"
	"aaE4s=\n"
	"PublicExponent: AQAB\n"
	"PrivateExponent: rFS1IPbJllFFgFc33B5DDlC1egO8e81P4fFadODbp56V7sphKa6AZQCx8NYAew6VXFFPAK"
	"Tw41QdHnK5kIYOwxvfFDjDcUGza88qbjyrDPSJenkeZbISMUSSqy7AMFzEolkk6WSn6k3thUVRgSlqDoOV3SEIAs"
	"rB043XzGrKIVE=\n"
	"Prime1: 8mbtsu9Tl9v7tKSHdCIeprLIQXQLzxlSZun5T1n/OjvXSUtvD7xnZJ+LHqaBj1dIgMbCq2U8O04QVcK3"
	"TS9GiQ==\n"
	"Prime2: 3a6gkfs74d0Jb7yL4j4adAif4fcp7ZrGt7G5NRVDDY/Mv4TERAKMa0TKN3okKE0A7X+Rv2K84mhT4QLD"
	"lllEcw==\n"
	"Exponent1: v3D5A9uuCn5rgVR7wgV8ba0/KSpsdSiLgsoA42GxiB1gvvs7gJMMmVTDu/ZG1p1ZnpLbhh/S/Qd/"
	"MSwyNlxC+Q==\n"
	"Exponent2: m+ezf9dsDvYQK+gzjOLWYeKq5xWYBEYFGa3BLocMiF4oxkzOZ3JPZSWU/h1Fjp5RV7aPP0Vmx+hN"
	"jYMPIQ8Y5w==\n"
	"Coefficient: Je5YhYpUron/WdOXjxNAxDubAp3i5X7UOUfhJcyIggqwY86IE0Q/Bk0Dw4SC9zxnsimmdBXW2I"
	"zd8Lwuk8FQcQ==\n",
	"www.example.net.", "3600 IN A 192.0.2.91", 1, {a_91_rdata, 4}, 946684800, 1893456000,
	"tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYg"
	"ZBWm/zpq+9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw=",
	true},
    {"RFC 6605 section 6.1", "example.net.", 257, 13, 55648,
	"GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
	"PrivateKey: GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mQ=\n", "www.example.net.",
	"3600 IN A 192.0.2.1", 1, {a_rdata, 4}, 1281607479, 1284026679,
	"qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
	false},
    {"RFC 6605 section 6.2", "example.net.", 257, 14, 10771,
	"xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8"
	"/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
	"PrivateKey: WURgWHCcYIYUPWgeLmiPY2DJJk02vgrmTfitxgqcL4vwW7BOrbawVmVe0d9V94SR\n",
	"www.example.net.", "3600 IN A 192.0.2.1", 1, {a_rdata, 4}, 1281608425, 1284027625,
	"/L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuz"
	"WTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm",
	false},
    {"RFC 8080 section 6.1, first", "example.com.", 257, 15, 3613,
	"l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=",
	"PrivateKey: ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=\n", "example.com.",
	"3600 IN MX 10 mail.example.com.", 15, {mx_rdata, sizeof(mx_rdata)}, 1438207200, 1440021600,
	"oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
	true},
    {"RFC 8080 section 6.1, second", "example.com.", 257, 15, 35217,
	"zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs=",
	"PrivateKey: DSSF3o0s0f+ElWzj9E/Osxw8hLpk55chkmx0LYN5WiY=\n", "example.com.",
	"3600 IN MX 10 mail.example.com.", 15, {mx_rdata, sizeof(mx_rdata)}, 1438207200, 1440021600,
	"zXQ0bkYgQTEFyfLyi9QoiY6D8ZdYo4wyUhVioYZXFdT410QPRITQSqJSnzQoSm5poJ7gD7AQR0O7KuI5k2pcBg==",
	true},
    {"RFC 8080 section 6.2, first", "example.com.", 257, 16, 9713,
	"3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA",
	"PrivateKey: "
	"xZ+5Cgm463xugtkY5B0Jx6erFTXp13rYegst0qRtNsOYnaVpMx0Z/c5EiA9x8wWbDDct/U3FhYWA\n",
	"example.com.", "3600 IN MX 10 mail.example.com.", 15, {mx_rdata, sizeof(mx_rdata)},
	1438207200, 1440021600,
	"3cPAHkmlnxcDHMyg7vFC34l0blBhuG1qpwLmjInI8w1CMB29FkEAIJUA0amxWndkmnBZ6SKiwZSAxGILn/NBtOXf"
	"t0+Gj7FSvOKxE/07+4RQvE581N3Aj/JtIyaiYVdnYtyMWbSNyGEY2213WKsJlwEA",
	true},
    {"RFC 8080 section 6.2, second", "example.com.", 257, 16, 38353,
	"kkreGWoccSDmUBGAe7+zsbG6ZAFQp+syPmYUurBRQc3tDjeMCJcVMRDmgcNLp5HlHAMy12VoISsA",
	"PrivateKey: "
	"WEykD3ht3MHkU8iH4uVOLz8JLwtRBSqiBoM6fF72+Mrp/u5gjxuB1DV6NnPO2BlZdz4hdSTkOdOA\n",
	"example.com.", "3600 IN MX 10 mail.example.com.", 15, {mx_rdata, sizeof(mx_rdata)},
	1438207200, 1440021600,
	"E1/oLjSGIbmLny/4fcgM1z4oL6aqo+izT3urCyHyvEp4Sp8Syg1eI+lJ57CSnZqjJP41O/9l4m0AsQ4f7qI1gVnM"
	"L8vWWiyW2KXhT9kuAICUSxv5OWbf81Rq7Yu60npabODB0QFPb/rkW3kUZmQ0YQUA",
	true},
};

static inline struct name
fixture_name(const char *text)
{
	struct name name;
	struct name_fault fault;

	assert_int_equal(name_parse(text_of(text), NULL, &name, &fault), 0);
	return name;
}

/* A new folder; `path` has room for 64 characters. */
static inline void
fixture_folder(char *path)
{
	strcpy(path, "/tmp/zonepp-test-XXXXXX");
	assert_non_null(mkdtemp(path));
}

static inline void
fixture_remove(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[600];

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(path);
	}
	closedir(dir);
	rmdir(folder);
}

static inline void
fixture_write(const char *folder, const char *file, const char *text, mode_t mode)
{
	char path[600];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	chmod(path, mode);
}

/* The dates as comments, a line each. */
static inline void
fixture_comments(char *out, const char *dates)
{
	*out = '\0';
	for (size_t len; *dates; dates += len + (dates[len] == '\n')) {
		len = strcspn(dates, "\n");
		sprintf(out + strlen(out), "; %.*s\n", (int)len, dates);
	}
}

/* Writes both files of a vector's key, `dates` (lines) in the .private file; `base` gets their
 * common path and has room for 128 characters. */
static inline void
fixture_vector(const char *folder, const struct key_vector *v, const char *dates, char *base)
{
	char name[64], file[80], text[3000];

	snprintf(name, sizeof(name), "K%s+%03u+%05u", v->zone, v->algorithm, v->tag);
	snprintf(base, 128, "%s/%s", folder, name);
	snprintf(file, sizeof(file), "%s.key", name);
	fixture_comments(text, dates);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s 3600 IN DNSKEY %u 3 %u %s\n",
	    v->zone, v->flags, v->algorithm, v->public_key);
	fixture_write(folder, file, text, 0644);
	snprintf(file, sizeof(file), "%s.private", name);
	snprintf(text, sizeof(text), "Private-key-format: v1.3\nAlgorithm: %u (X)\n%s%s",
	    v->algorithm, v->private_key, dates);
	fixture_write(folder, file, text, 0600);
}

#endif
