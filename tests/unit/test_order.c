#include "zone_fixture.h"

#include "zone/order.h"

#include <ctype.h>

/* A name as labels from the root down, read from wire without name_key(). */
struct slow_name {
	uint8_t labels[128][64]; /* length, octets */
	size_t n;
};

static void
slow_read(struct slow_name *out, const uint8_t *wire)
{
	size_t starts[128], n = 0;

	for (size_t at = 0; wire[at]; at += 1u + wire[at])
		starts[n++] = at;
	out->n = n;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *label = wire + starts[n - 1 - i];

		out->labels[i][0] = label[0];
		for (size_t j = 1; j <= label[0]; j++)
			out->labels[i][j] =
			    isupper(label[j]) ? (uint8_t)tolower(label[j]) : label[j];
	}
}

/* RFC 4034 section 6.1, word by word. */
static int
slow_compare(const uint8_t *a, const uint8_t *b)
{
	static struct slow_name x, y;

	slow_read(&x, a);
	slow_read(&y, b);
	for (size_t i = 0; i < x.n && i < y.n; i++) {
		uint8_t n = x.labels[i][0] < y.labels[i][0] ? x.labels[i][0] : y.labels[i][0];

		for (size_t j = 1; j <= n; j++)
			if (x.labels[i][j] != y.labels[i][j])
				return x.labels[i][j] < y.labels[i][j] ? -1 : 1;
		if (x.labels[i][0] != y.labels[i][0])
			return x.labels[i][0] < y.labels[i][0] ? -1 : 1;
	}
	return x.n < y.n ? -1 : x.n > y.n;
}

static struct node
node_of(struct arena *a, const uint8_t *wire, size_t len)
{
	uint8_t key[NAME_KEY_LONGEST], *copy;
	size_t key_len = name_key(wire, len - 1, key);

	copy = arena_bytes(a, key_len + len);
	memcpy(copy, key, key_len);
	memcpy(copy + key_len, wire, len);
	return (struct node){.prefix = order_prefix(key, key_len),
	    .key = copy,
	    .key_len = (uint16_t)key_len,
	    .wire_len = (uint8_t)len};
}

static int
sign_of(int n)
{
	return (n > 0) - (n < 0);
}

/* RFC 4034 section 6.1's own example. */
static void
rfc_4034(void **state)
{
	static const char *const sorted[] = {"example.", "a.example.", "yljkjljk.a.example.",
	    "Z.a.example.", "zABC.a.EXAMPLE.", "z.example.", "\\001.z.example.", "*.z.example.",
	    "\\200.z.example."};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(sorted); i++)
		for (size_t j = 0; j < LENGTH(sorted); j++) {
			struct name x = name_of(sorted[i]), y = name_of(sorted[j]);
			struct node m = node_of(&a, x.wire, x.len), n = node_of(&a, y.wire, y.len);

			assert_int_equal(sign_of(order_compare(&m, &n)), (i > j) - (i < j));
			assert_int_equal(slow_compare(x.wire, y.wire), (i > j) - (i < j));
			assert_int_equal(order_equal(&m, &n), i == j);
			assert_int_equal(sign_of(order_compare(&n, &m)), (i < j) - (i > j));
		}
	arena_free(&a);
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 12;
}

/* Few octets that are special in keys, or any; short labels, or of greatest length; few or many. */
static size_t
random_wire(uint32_t *seed, uint8_t wire[NAME_LONGEST])
{
	static const uint8_t special[] = {0, 1, 2, 'a', 'A', 'b', 'z', 'Z', '[', '@', 0x80, 0xff};
	uint32_t how = next_random(seed);
	size_t n = 0, labels = how % 8 == 0 ? 126 : how % 5;

	for (size_t i = 0; i < labels; i++) {
		size_t len = how % 16 == 1 ? 63 : 1 + next_random(seed) % 3;

		if (n + 1 + len + 1 > NAME_LONGEST)
			break;
		wire[n++] = (uint8_t)len;
		for (; len > 0; len--)
			wire[n++] = how % 3 ? special[next_random(seed) % sizeof(special)]
					    : (uint8_t)next_random(seed);
	}
	wire[n++] = 0;
	return n;
}

static void
random_pairs(void **state)
{
	struct arena a = {0};
	uint32_t seed = 42;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		struct arena_mark mark = arena_mark(&a);
		uint8_t x[NAME_LONGEST], y[NAME_LONGEST];
		struct node m = node_of(&a, x, random_wire(&seed, x));
		struct node n = node_of(&a, y, random_wire(&seed, y));
		int order = slow_compare(x, y);

		if (sign_of(order_compare(&m, &n)) != order || order_equal(&m, &n) != (order == 0))
			fail_msg("seed %u, pair %u", (unsigned)seed, i);
		arena_reset(&a, mark);
	}
	arena_free(&a);
}

enum { MANY = 100000 };

enum shape {
	SORTED,
	REVERSED,
	SHUFFLED,
	EQUAL,
	SAWTOOTH, /* two interleaved sorted runs */
};

/* Sorts `n` nodes of that shape, then checks order and stability; `first` numbers them. */
static void
sort_many(size_t n, enum shape shape)
{
	struct arena a = {0};
	struct node *nodes = calloc(n + 1, sizeof(*nodes));
	uint32_t seed = (uint32_t)n + shape;

	for (size_t i = 0; i < n; i++) {
		uint8_t wire[NAME_LONGEST];
		size_t number = shape == SORTED     ? i
				: shape == REVERSED ? n - i
				: shape == SAWTOOTH ? i / 2 + (i % 2) * n / 2
						    : 1;
		size_t len;

		if (shape == SHUFFLED) {
			len = random_wire(&seed, wire);
		} else {
			wire[0] = 14;
			snprintf((char *)wire + 1, 16, "longer%08zu", number);
			wire[15] = 0;
			len = 16;
		}
		nodes[i] = node_of(&a, wire, len);
		nodes[i].first = (uint32_t)i;
	}
	order_nodes(nodes, n, 1 + (unsigned)shape % 3);
	for (size_t i = 1; i < n; i++) {
		int order = slow_compare(
		    nodes[i - 1].key + nodes[i - 1].key_len, nodes[i].key + nodes[i].key_len);

		if (order > 0 || (order == 0 && nodes[i - 1].first >= nodes[i].first))
			fail_msg("%zu nodes of shape %d: at %zu", n, shape, i);
	}
	free(nodes);
	arena_free(&a);
}

static void
sorting(void **state)
{
	static const size_t sizes[] = {
	    0, 1, 2, 3, 15, 16, 17, 31, 32, 33, 34, 100, 1000, 1001, MANY};

	(void)state;
	for (size_t i = 0; i < LENGTH(sizes); i++)
		for (enum shape shape = SORTED; shape <= SAWTOOTH; shape++)
			sort_many(sizes[i], shape);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_4034),
	    cmocka_unit_test(random_pairs),
	    cmocka_unit_test(sorting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
