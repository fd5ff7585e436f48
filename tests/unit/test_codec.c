#include "unit.h"

#include "base/codec.h"

struct codec {
	void (*encode)(struct buf *b, struct bytes in);
	ssize_t (*decode)(struct text in, uint8_t *out);
};

static const struct codec hex = {hex_encode, hex_decode};
static const struct codec hex_upper = {hex_encode_upper, hex_decode};
static const struct codec base64 = {base64_encode, base64_decode};
static const struct codec base32hex = {base32hex_encode, base32hex_decode};

/* RFC 4648 section 10; base32hex in lower case and without padding. */
static const struct {
	const struct codec *codec;
	const char *plain, *text;
} vectors[] = {
    {&base64, "", ""},
    {&base64, "f", "Zg=="},
    {&base64, "fo", "Zm8="},
    {&base64, "foo", "Zm9v"},
    {&base64, "foob", "Zm9vYg=="},
    {&base64, "fooba", "Zm9vYmE="},
    {&base64, "foobar", "Zm9vYmFy"},
    {&base64, "\xfb\xff\xbe", "+/++"},
    {&base32hex, "", ""},
    {&base32hex, "f", "co"},
    {&base32hex, "fo", "cpng"},
    {&base32hex, "foo", "cpnmu"},
    {&base32hex, "foob", "cpnmuog"},
    {&base32hex, "fooba", "cpnmuoj1"},
    {&base32hex, "foobar", "cpnmuoj1e8"},
    {&hex, "", ""},
    {&hex, "f", "66"},
    {&hex, "foobar", "666f6f626172"},
    {&hex_upper, "\xab\xcd\xef\x01", "ABCDEF01"},
};

static void
vectors_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(vectors); i++) {
		size_t n = strlen(vectors[i].plain);
		struct bytes in = {(const uint8_t *)vectors[i].plain, n};
		struct buf b = {0};
		uint8_t out[64];

		vectors[i].codec->encode(&b, in);
		assert_int_equal(b.len, strlen(vectors[i].text));
		if (b.len)
			assert_memory_equal(b.data, vectors[i].text, b.len);
		assert_int_equal(vectors[i].codec->decode(text_of(vectors[i].text), out), n);
		assert_memory_equal(out, vectors[i].plain, n);
		buf_free(&b);
	}
}

static void
either_case(void **state)
{
	uint8_t out[16];

	(void)state;
	assert_int_equal(hex_decode(text_of("AbCd"), out), 2);
	assert_memory_equal(out, "\xab\xcd", 2);
	assert_int_equal(base32hex_decode(text_of("CPNMUOJ1E8"), out), 6);
	assert_memory_equal(out, "foobar", 6);
}

static const struct {
	const struct codec *codec;
	const char *text;
} malformed[] = {
    {&hex, "6"},
    {&hex, "6g"},
    {&hex, "0x"},
    {&hex, "66 6"},
    {&base64, "Z"},
    {&base64, "Zg"}, /* padding is missing */
    {&base64, "Zg="},
    {&base64, "Zh=="}, /* bits are left over */
    {&base64, "Zm9="},
    {&base64, "===="},
    {&base64, "Z==="},
    {&base64, "Zg==Zg=="},
    {&base64, "Zm9-"}, /* base64url */
    {&base64, "Zm 9"},
    {&base32hex, "c"},
    {&base32hex, "cp"}, /* bits are left over */
    {&base32hex, "cpn"},
    {&base32hex, "cpnmuo"},
    {&base32hex, "cw"},
    {&base32hex, "co======"},
};

static void
malformed_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(malformed); i++) {
		uint8_t out[16];

		if (malformed[i].codec->decode(text_of(malformed[i].text), out) != -1)
			fail_msg("\"%s\" was taken", malformed[i].text);
	}
}

static void
every_length(void **state)
{
	static const struct codec *const codecs[] = {&hex, &base64, &base32hex};
	uint8_t in[256], out[512];

	(void)state;
	for (unsigned i = 0; i < 256; i++)
		in[i] = (uint8_t)(i * 167 + 13);
	for (size_t c = 0; c < LENGTH(codecs); c++) {
		for (size_t n = 0; n <= 256; n++) {
			struct buf b = {0};

			codecs[c]->encode(&b, (struct bytes){in, n});
			assert_int_equal(codecs[c]->decode((struct text){b.data, b.len}, out), n);
			assert_memory_equal(in, out, n);
			buf_free(&b);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vectors_both_ways),
	    cmocka_unit_test(either_case),
	    cmocka_unit_test(malformed_texts),
	    cmocka_unit_test(every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
