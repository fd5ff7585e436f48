#include "unit.h"

#include "dnssec/cds.h"
#include "dnssec/keystate.h"

/* A key in short: algorithm, K or Z, o (offline), then dates of KEY_PUBLISH and so on as letters
 * with a number: p1 publish, a2 activate, r revoke, i inactive, d delete, s sync-publish, t
 * sync-delete. */
static void
key_of(const char *text, int64_t now, struct key *out)
{
	static const char letters[N_KEY_TIMES + 1] = "cparidst";
	static const uint8_t dnskey[4];
	struct key_life life;
	bool due;

	*out = (struct key){.path = "key", .at_hand = true, .dnskey = {dnskey, 4}};
	for (size_t i = 0; i < N_KEY_TIMES; i++)
		out->time[i] = KEY_NO_TIME;
	out->algorithm = algorithm_info((uint8_t)strtoul(text, (char **)&text, 10));
	for (; *text && *text != ' '; text++) {
		const char *letter = strchr(letters, *text);

		out->is_ksk |= *text == 'K';
		if (*text == 'o')
			out->at_hand = false;
		if (letter)
			out->time[letter - letters] = text[1] - '0';
	}
	life = key_life(out->time);
	due = life.sign_unix <= now && now < life.retire_unix;
	out->published = life.publish_unix <= now && now < life.remove_unix;
	out->active = due && out->at_hand;
	out->offline = due && !out->at_hand;
	out->revoked = out->time[KEY_REVOKE] <= now;
	out->signs_keys = out->is_ksk && due;
}

static struct keys
keys_of(const char *text, int64_t now, struct key *items)
{
	struct keys keys = {.zone = "example.org.", .items = items, .now = now};

	while (text) {
		key_of(text, now, &items[keys.n++]);
		text = strchr(text, ' ');
		text += text ? 1 : 0;
	}
	return keys;
}

static void
states(void **state)
{
	static const struct {
		const char *key;
		int now;
		const char *state;
		enum key_time next;
	} rows[] = {
	    {"13Kp2a3i4d5", 1, "future", KEY_PUBLISH},
	    {"13Kp2a3i4d5", 2, "published", KEY_ACTIVATE},
	    {"13Kp2a3i4d5", 3, "active", KEY_INACTIVE},
	    {"13Kp2a3i4d5", 4, "retired", KEY_DELETE},
	    {"13Kp2a3i4d5", 5, "deleted", N_KEY_TIMES},
	    {"13Kop2a3i4d5", 2, "published", KEY_ACTIVATE},
	    {"13Kop2a3i4d5", 3, "offline", KEY_INACTIVE},
	    {"13Kop2a3i4d5", 4, "retired", KEY_DELETE},
	    {"13Kp2r3i4d5", 3, "revoked", KEY_INACTIVE},
	    {"13Kp2r3i4d5", 5, "deleted", N_KEY_TIMES},
	    {"13K", 1, "active", N_KEY_TIMES},
	    {"13Kp3a2", 1, "future", KEY_ACTIVATE},
	    {"13Kp3a2", 2, "signing", KEY_PUBLISH}, /* RFC 6781 section 4.1.4 */
	    {"13Kp1a1d3i4", 3, "signing", KEY_INACTIVE},
	    {"13Kp1a1d3", 3, "deleted", N_KEY_TIMES},
	    {"13Kp1a1s3t4", 2, "active", KEY_SYNC_PUBLISH},
	    {"13Kc1", 2, "parked", N_KEY_TIMES},
	    {"13Kc1d3", 2, "parked", KEY_DELETE},
	    {"13Kc1d3", 3, "deleted", N_KEY_TIMES},
	    {"13Kc1p2", 1, "future", KEY_PUBLISH},
	    {"13Kc1p2", 2, "standby", N_KEY_TIMES},
	    {"13Kc1p2i3", 3, "retired", N_KEY_TIMES},
	    {"13Kc1a3", 2, "published", KEY_ACTIVATE},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct key key;

		key_of(rows[i].key, rows[i].now, &key);
		if (strcmp(keystate_now(&key, rows[i].now), rows[i].state) != 0)
			fail_msg("%s at %d: %s", rows[i].key, rows[i].now,
			    keystate_now(&key, rows[i].now));
		assert_int_equal(keystate_next(&key, rows[i].now), rows[i].next);
	}
}

static void
roles(void **state)
{
	static const struct {
		const char *keys, *role;
	} rows[] = {
	    {"13K", "CSK"}, {"13Z", "ZSK"}, {"13K 13Z", "KSK"}, {"13K 15Z", "CSK"},
	    {"13K 13Zd1", "CSK"}, {"13K 13Zp9", "KSK"}, {"13K 13Zc1", "CSK"}, /* parked */
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct key items[4];
		struct keys keys = keys_of(rows[i].keys, 2, items);

		assert_string_equal(keystate_role(&keys, &items[0], 2), rows[i].role);
	}
}

/* Why keys do not sign at time 3, and what helps. */
static void
idle(void **state)
{
	static const struct {
		const char *key, *why, *remedy;
	} rows[] = {
	    {"13K", "", NULL},
	    {"13Kc1", "is parked, with neither Publish nor Activate",
		"--publish=now --activate=now key`"},
	    {"13Kp1", "stands by, without Activate", "`zonepp keys set --activate=now key` makes"},
	    {"13Kp4a4", "is not published before 1970-01-01T00:00:04Z", "--publish=now --activate"},
	    {"13Kp4a1", "is not published before 1970-01-01T00:00:04Z", "set --publish=now key`"},
	    {"13Kp1a4", "does not sign before 1970-01-01T00:00:04Z", "set --activate=now key`"},
	    {"13Kp1a1i2", "ceased to sign on 1970-01-01T00:00:02Z", "set --inactive=none key`"},
	    {"13Kp1a1d2", "left the zone on 1970-01-01T00:00:02Z", "--inactive=none --delete=none"},
	    {"13Kp1a1d2i9", "left the zone on 1970-01-01T00:00:02Z", "--delete=none key`"},
	    {"13Kp1a1r2", "is revoked", "generate"},
	    {"13Kop1a1", "has no .private file", "it takes key.private to sign"},
	    {"13Koc1", "is parked, with neither Publish nor Activate", "it takes key.private"},
	    {"13Kp1a1r2 13Kp1a1i2 13Kc1 13Zp1", "is revoked",
		"--publish=now --activate=now key`"}, /* the parked KSK */
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct key items[4];
		struct keys keys = keys_of(rows[i].key, 3, items);
		struct buf b = {0};

		keystate_why_idle(&b, &items[0], 3);
		buf_putc(&b, '\0');
		assert_string_equal(b.data, rows[i].why);
		buf_clear(&b);
		if (rows[i].remedy) {
			keystate_remedy(&b, items, keys.n, 3);
			buf_putc(&b, '\0');
			if (!strstr(b.data, rows[i].remedy))
				fail_msg("%s: %s", rows[i].key, b.data);
		}
		buf_free(&b);
	}
}

/* DS records for the parent, and CDS (RFC 7344 section 4.1), at time 3. */
static void
parent(void **state)
{
	static const struct {
		const char *key;
		bool ds, cds;
	} rows[] = {
	    {"13K", true, true},
	    {"13Z", false, false},
	    {"13Kp4", false, false},
	    {"13Kp2a4", true, false},   /* published, does not sign yet */
	    {"13Kp2a4s2", true, true},  /* but its CDS is asked for */
	    {"13Kp2s4", true, false},   /* not yet */
	    {"13Kp2s2t3", true, false}, /* not any more */
	    {"13Kp1i3", false, false},  /* retired */
	    {"13Kp1i3s1", false, false},
	    {"13Kp1r3", false, false},
	    {"13Kp1d3", false, false},
	    {"13Kp1d3i9", false, false}, /* still signs */
	    {"13Kop1a1", true, true},
	    {"13Kp1", true, false}, /* stands by */
	    {"13Kc1", false, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct key key;

		key_of(rows[i].key, 3, &key);
		if (keystate_wants_ds(&key, 3) != rows[i].ds || cds_is_due(&key, 3) != rows[i].cds)
			fail_msg("%s", rows[i].key);
	}
}

/* Keys that end up to 8 are warned of at 3, once each; of those that end later, the first to end
 * says when the next warning begins. */
static void
advice(void **state)
{
	static const struct {
		const char *keys;
		size_t n;
		int64_t next; /* 0: none */
	} rows[] = {
	    {"13K", 0, 0}, {"13Ki9", 0, 4}, {"13Ki7", 1, 0}, {"13Kd7", 1, 0},
	    {"13Kp4a4i7", 0, 0},                        /* not active yet */
	    {"13Ki2", 0, 0},                            /* not any more */
	    {"13Ki7 13K", 0, 0}, {"13Ki7 13Ka7", 0, 0}, /* the successor begins in time */
	    {"13Ki7 13Ka8", 1, 0},                      /* too late */
	    {"13Ki7 13Kp8a7", 1, 0},                    /* nobody would know it */
	    {"13Ki7 13Ki7", 2, 0},                      /* ends with it */
	    {"13Ki7 13Z", 1, 0}, {"13K 13Zi7", 1, 0}, {"13K 13Zi7 13Zp5a7", 0, 0},
	    {"13K 13Zi7 13Zop5a7", 1, 0}, /* an offline ZSK is of no use */
	    {"13Ki7 13Kop5a7", 0, 0},     /* an offline KSK is */
	    {"13Ki7 15Ka1p1", 1, 0},      /* its algorithm stays in the zone */
	    {"13Ki7d6 15Ka1p1", 0, 0},    /* and leaves (RFC 6781 section 4.1.4) */
	    {"13Kd6i7 13Zd6i7 15K 15Z", 0, 0},
	    {"13Kd6i7 13Zd6i7 15K", 0, 0}, /* a CSK serves for both */
	    {"13Ki7 13Zi7 13K", 1, 0}, {"13Koi7", 1, 0}, {"13Kr2i7", 0, 0}, {"13Kr2i9", 0, 0},
	    {"13Ki8", 1, 0}, {"13Kd9", 0, 4}, {"13Ki9 13K", 0, 0}, {"13Ki9 13Ka9p4", 0, 0},
	    {"13Ki7 13Zi9", 1, 4}, {"13Kp4a4i9", 0, 0}, /* its activation comes first */
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct key items[6];
		struct keys keys = keys_of(rows[i].keys, 3, items);
		struct diags diags = {0};
		int64_t next;

		next = keystate_advise(&diags, "keys", &keys, 3, 5);
		if (diags.n != rows[i].n || next != (rows[i].next ? rows[i].next : KEY_NO_TIME))
			fail_msg("%s: %zu, %lld", rows[i].keys, diags.n, (long long)next);
		for (size_t k = 0; k < diags.n; k++)
			assert_int_equal(diags.items[k].problem, S_SUCCESSOR);
		diags_free(&diags);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(states),
	    cmocka_unit_test(roles),
	    cmocka_unit_test(idle),
	    cmocka_unit_test(parent),
	    cmocka_unit_test(advice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
