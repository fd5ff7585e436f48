#include "dnssec/keyfile.h"

#include "base/codec.h"
#include "base/duration.h"

const char *const keyfile_time_names[N_KEY_TIMES] = {
    [KEY_CREATED] = "Created",
    [KEY_PUBLISH] = "Publish",
    [KEY_ACTIVATE] = "Activate",
    [KEY_REVOKE] = "Revoke",
    [KEY_INACTIVE] = "Inactive",
    [KEY_DELETE] = "Delete",
    [KEY_SYNC_PUBLISH] = "SyncPublish",
    [KEY_SYNC_DELETE] = "SyncDelete",
};

const char *const keyfile_secret_names[N_SECRETS] = {
    [SECRET_KEY] = "PrivateKey",
    [SECRET_MODULUS] = "Modulus",
    [SECRET_PUBLIC_EXPONENT] = "PublicExponent",
    [SECRET_PRIVATE_EXPONENT] = "PrivateExponent",
    [SECRET_PRIME1] = "Prime1",
    [SECRET_PRIME2] = "Prime2",
    [SECRET_EXPONENT1] = "Exponent1",
    [SECRET_EXPONENT2] = "Exponent2",
    [SECRET_COEFFICIENT] = "Coefficient",
};

static const char label_name[] = "Label"; /* of a key on a token */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct text
trim(const char *begin, const char *end)
{
	while (begin < end && is_blank(*begin))
		begin++;
	while (end > begin && is_blank(end[-1]))
		end--;
	return (struct text){begin, (size_t)(end - begin)};
}

/* Cuts the first line off `*rest`. */
static bool
next_line(struct text *rest, struct text *line)
{
	const char *end = rest->data + rest->len, *newline;

	if (!rest->len)
		return false;
	newline = memchr(rest->data, '\n', rest->len);
	*line = trim(rest->data, newline ? newline : end);
	if (newline)
		end = newline + 1;
	rest->len -= (size_t)(end - rest->data);
	rest->data = end;
	return true;
}

/* Cuts `Name: value`; false where there is no colon. */
static bool
split_field(struct text line, struct text *name, struct text *value)
{
	const char *colon = memchr(line.data, ':', line.len);

	if (!colon)
		return false;
	*name = trim(line.data, colon);
	*value = trim(colon + 1, line.data + line.len);
	return true;
}

/* The number of `name` in a list of `n`, or `n`. */
static size_t
find_name(struct text name, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (text_is_nocase(name, names[i]))
			break;
	return i;
}

static int
number_parse(struct text text, uint32_t most, uint32_t *out)
{
	uint64_t value = 0;

	if (!text.len || text.len > 10)
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		if (!ascii_is_digit(text.data[i]))
			return -1;
		value = value * 10 + (uint64_t)(text.data[i] - '0');
	}
	*out = (uint32_t)value;
	return value > most ? -1 : 0;
}

static void
times_clear(int64_t *time)
{
	for (size_t i = 0; i < N_KEY_TIMES; i++)
		time[i] = KEY_NO_TIME;
}

/* Takes `Name: value` if it is one of the dates; the date ends at a blank (`20261123215949 (Mon Nov
 * ...)` in comments). */
static int
time_take(struct diags *diags, const char *path, struct text name, struct text value, int64_t *time)
{
	size_t i = find_name(name, keyfile_time_names, N_KEY_TIMES), n = 0;

	if (i == N_KEY_TIMES)
		return 0;
	while (n < value.len && !is_blank(value.data[n]))
		n++;
	if (n == 14 && instant_parse((struct text){value.data, n}, &time[i]) == 0)
		return 0;
	return diag_add_path(diags, path, S_KEY_FILE, "%s: is not followed by YYYYMMDDHHMMSS",
	    keyfile_time_names[i]);
}

enum key_time
keyfile_time_of(struct text line)
{
	struct text name, value;

	if (!split_field(line, &name, &value))
		return N_KEY_TIMES;
	return (enum key_time)find_name(name, keyfile_time_names, N_KEY_TIMES);
}

static int
comment_times(struct diags *diags, const char *path, struct text text, int64_t *time)
{
	struct text line, name, value;

	times_clear(time);
	while (next_line(&text, &line)) {
		if (!line.len || line.data[0] != ';')
			continue;
		line = (struct text){line.data + 1, line.len - 1};
		if (split_field(line, &name, &value) &&
		    time_take(diags, path, name, value, time) < 0)
			return -1;
	}
	return 0;
}

/* Words of a master file with one record: without quotes, $-directives and inherited owners. */
struct words {
	const char *at, *end;
	int depth; /* of parentheses */
};

/* The next word of a line (or of several in parentheses); false at its end. */
static bool
next_word(struct words *w, struct text *word)
{
	const char *begin;

	for (; w->at < w->end; w->at++) {
		if (*w->at == '(' || *w->at == ')') {
			w->depth += *w->at == '(' ? 1 : -1;
		} else if (*w->at == ';') {
			while (w->at + 1 < w->end && w->at[1] != '\n')
				w->at++;
		} else if (*w->at == '\n' && w->depth <= 0) {
			w->at++;
			return false;
		} else if (*w->at != '\n' && !is_blank(*w->at)) {
			break;
		}
	}
	begin = w->at;
	while (w->at < w->end && !is_blank(*w->at) && !memchr("\n;()", *w->at, 4))
		w->at += *w->at == '\\' && w->end - w->at > 1 ? 2 : 1;
	*word = (struct text){begin, (size_t)(w->at - begin)};
	return word->len > 0;
}

/* The first word of the next line that has one. */
static bool
first_word(struct words *w, struct text *word)
{
	while (w->at < w->end)
		if (next_word(w, word))
			return true;
	return false;
}

/* [TTL] [IN] DNSKEY, the first two in any order. */
static const char *
read_type(struct words *w, struct keyfile_public *out)
{
	struct text word;

	out->ttl_s = 0;
	while (next_word(w, &word)) {
		if (text_is_nocase(word, "DNSKEY"))
			return NULL;
		if (!text_is_nocase(word, "IN") && number_parse(word, INT32_MAX, &out->ttl_s) < 0)
			break;
	}
	return "its record is no DNSKEY record";
}

static const char *
read_rdata(struct words *w, struct keyfile_public *out)
{
	static const uint32_t most[] = {UINT16_MAX, UINT8_MAX, UINT8_MAX};
	char base64[(KEYFILE_RDATA_LONGEST - 4) / 3 * 4];
	uint32_t number[3];
	struct text word;
	size_t n = 0;
	ssize_t len;

	for (size_t i = 0; i < 3; i++)
		if (!next_word(w, &word) || number_parse(word, most[i], &number[i]) < 0)
			return "flags, protocol or algorithm is no number";
	while (next_word(w, &word)) {
		if (word.len > sizeof(base64) - n)
			return "its public key is longer than RSA with 4096 bits";
		memcpy(base64 + n, word.data, word.len);
		n += word.len;
	}
	out->rdata[0] = (uint8_t)(number[0] >> 8);
	out->rdata[1] = (uint8_t)number[0];
	out->rdata[2] = (uint8_t)number[1];
	out->rdata[3] = (uint8_t)number[2];
	len = base64_decode((struct text){base64, n}, out->rdata + 4);
	if (len <= 0)
		return "its public key is not in base64";
	out->rdata_len = 4 + (size_t)len;
	return NULL;
}

static const char *
read_record(struct text text, struct keyfile_public *out)
{
	struct words w = {text.data, text.data + text.len, 0};
	struct name_fault fault;
	struct text word;
	const char *why;

	if (!first_word(&w, &word))
		return "it holds no record";
	if (name_parse(word, NULL, &out->owner, &fault) < 0)
		return "the owner of its record is no absolute name";
	why = read_type(&w, out);
	if (!why)
		why = read_rdata(&w, out);
	if (!why && w.depth != 0)
		why = "its parentheses are unbalanced";
	if (!why && first_word(&w, &word))
		why = "it holds more than one record";
	return why;
}

int
keyfile_public(struct diags *diags, const char *path, struct text text, struct keyfile_public *out)
{
	const char *why = read_record(text, out);

	if (why)
		return diag_add_path(diags, path, S_KEY_FILE, "%s", why);
	return comment_times(diags, path, text, out->time);
}

/* `Private-key-format: v1.3` */
static bool
is_format(struct text name, struct text value)
{
	return text_is_nocase(name, "Private-key-format") && value.len > 3 &&
	       memcmp(value.data, "v1.", 3) == 0;
}

/* `13 (ECDSAP256SHA256)`, or the number alone */
static int
algorithm_number(struct text value, uint8_t *out)
{
	uint32_t number = 0;
	size_t n = 0;

	while (n < value.len && !is_blank(value.data[n]))
		n++;
	if (number_parse((struct text){value.data, n}, UINT8_MAX, &number) < 0 || number == 0)
		return -1;
	*out = (uint8_t)number;
	return 0;
}

static int
field_take(struct diags *diags, const char *path, struct text name, struct text value,
    struct keyfile_private *out)
{
	size_t secret = find_name(name, keyfile_secret_names, N_SECRETS);

	if (secret < N_SECRETS)
		out->secret[secret] = value;
	if (text_is_nocase(name, "Algorithm") && algorithm_number(value, &out->algorithm) < 0)
		return diag_add_path(
		    diags, path, S_KEY_FILE, "Algorithm: is not followed by a number");
	if (text_is_nocase(name, label_name))
		out->label = value;
	if (text_is_nocase(name, "External")) /* as dnssec-importkey writes it */
		return diag_add_path(diags, path, S_KEY_FILE,
		    "it holds no private key, and says that there is one elsewhere (External): "
		    "remove it, and the .key file alone publishes the key");
	return time_take(diags, path, name, value, out->time);
}

int
keyfile_private(
    struct diags *diags, const char *path, struct text text, struct keyfile_private *out)
{
	struct text line, name, value;

	*out = (struct keyfile_private){0};
	times_clear(out->time);
	if (!next_line(&text, &line) || !split_field(line, &name, &value) ||
	    !is_format(name, value))
		return diag_add_path(
		    diags, path, S_KEY_FILE, "it does not begin with \"Private-key-format: v1.\"");
	while (next_line(&text, &line)) {
		if (!line.len)
			continue;
		if (!split_field(line, &name, &value))
			return diag_add_path(
			    diags, path, S_KEY_FILE, "it has a line without a colon");
		if (field_take(diags, path, name, value, out) < 0)
			return -1;
	}
	if (!out->algorithm)
		return diag_add_path(diags, path, S_KEY_FILE, "it states no algorithm");
	return 0;
}

bool
keyfile_is_of_token(struct text text)
{
	struct text line, name, value;

	while (next_line(&text, &line))
		if (split_field(line, &name, &value) && text_is_nocase(name, label_name))
			return true;
	return false;
}

/* The zone's name as BIND writes it (%XX) or as a master file does (\DDD): the former becomes the
 * latter. `out` has room for 4/3 of the text. */
static struct text
unescape(struct text text, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t octet;

		if (text.data[i] != '%' || text.len - i < 3 ||
		    hex_decode((struct text){text.data + i + 1, 2}, &octet) != 1) {
			out[n++] = text.data[i];
			continue;
		}
		out[n++] = '\\';
		out[n++] = (char)('0' + octet / 100);
		out[n++] = (char)('0' + octet / 10 % 10);
		out[n++] = (char)('0' + octet % 10);
		i += 2;
	}
	return (struct text){out, n};
}

int
keyfile_name(struct text text, struct keyfile_name *out)
{
	enum { TAIL = 10, TEXT_LONGEST = 4 * NAME_LONGEST }; /* +013+62965 */
	char name[TEXT_LONGEST / 3 * 4 + 4];
	struct name_fault fault;
	uint32_t algorithm, tag;
	const char *tail;

	if (text.len < 2 + TAIL || text.len > TEXT_LONGEST || text.data[0] != 'K')
		return -1;
	tail = text.data + text.len - TAIL;
	if (tail[0] != '+' || tail[4] != '+' ||
	    number_parse((struct text){tail + 1, 3}, UINT8_MAX, &algorithm) < 0 ||
	    number_parse((struct text){tail + 5, 5}, UINT16_MAX, &tag) < 0)
		return -1;
	out->algorithm = (uint8_t)algorithm;
	out->tag = (uint16_t)tag;
	text = (struct text){text.data + 1, text.len - 1 - TAIL};
	return name_parse(unescape(text, name), NULL, &out->zone, &fault);
}
