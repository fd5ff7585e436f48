#define _GNU_SOURCE
#include "project/server.h"

#include "dns/name.h"

#include <arpa/inet.h>
#include <stdlib.h>

enum { DNS_PORT = 53 };

/* `resolver:` of `parent` is written in the same letters. */
const struct yaml_form server_form = {
    "server", .pattern = "^[0-9A-Za-z._:\\[\\]-]+$", .booleans = true};

static bool
read_port(const char *text, uint16_t *port)
{
	char *end;
	unsigned long value = ascii_is_digit(*text) ? strtoul(text, &end, 10) : 0;

	*port = (uint16_t)value;
	return value > 0 && value <= UINT16_MAX && !*end;
}

/* No name of a host ends in a number: that is a mistyped address (RFC 1123 section 2.1). */
static bool
ends_in_number(const char *host)
{
	size_t len = strlen(host), at;

	if (len > 0 && host[len - 1] == '.')
		len--;
	for (at = len; at > 0 && host[at - 1] != '.'; at--)
		;
	return ascii_is_digit(host[at]);
}

static bool
is_host(const char *host)
{
	static const struct name root = {.len = 1};
	struct name name;
	struct name_fault fault;
	uint8_t address[16];

	if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
		return true;
	return !ends_in_number(host) &&
	       strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") ==
		   strlen(host) &&
	       name_parse(text_of(host), &root, &name, &fault) == 0 && name.len > 1;
}

static bool
read_server(struct arena *a, const char *text, struct project_server *out)
{
	const char *colon = strrchr(text, ':'), *end = text + strlen(text);

	out->port = DNS_PORT;
	if (*text == '[') {
		end = strchr(text, ']');
		if (!end || (end[1] && (end[1] != ':' || !read_port(end + 2, &out->port))))
			return false;
		text++;
	} else if (colon && colon == strchr(text, ':')) {
		end = colon;
		if (!read_port(colon + 1, &out->port))
			return false;
	}
	out->host = arena_text(a, text, (size_t)(end - text));
	return is_host(out->host);
}

static bool
read_parent(struct arena *a, const char *text, struct project_server *out)
{
	static const char word[] = "resolver";
	const char *rest = text + sizeof(word) - 1;

	out->is_resolver = strncmp(text, word, sizeof(word) - 1) == 0 && (!*rest || *rest == ':');
	if (!out->is_resolver)
		return read_server(a, text, out);
	return !*rest || read_server(a, rest + 1, out);
}

static int
read_list(struct diags *diags, const struct yaml_texts *texts,
    bool (*read)(struct arena *a, const char *text, struct project_server *out), const char *hint,
    const struct project_server **servers, size_t *n)
{
	struct project_server *items = arena_zalloc(&diags->arena, texts->n * sizeof(*items) + 1);
	int result = 0;

	for (size_t i = 0; i < texts->n; i++) {
		items[i].text = texts->items[i].text;
		if (!read(&diags->arena, items[i].text, &items[i]))
			result = diag_error(diags, texts->items[i].pos, P_VALUE,
			    "\"%s\" is no server: write 192.0.2.1, 192.0.2.1:5353, "
			    "[2001:db8::1]:5353%s or ns1.example.org",
			    items[i].text, hint);
	}
	*servers = items;
	*n = result == 0 ? texts->n : 0;
	return result;
}

int
servers_read(struct diags *diags, const struct yaml_texts *texts,
    const struct project_server **servers, size_t *n)
{
	return read_list(diags, texts, read_server, "", servers, n);
}

int
parents_read(struct diags *diags, const struct yaml_texts *texts,
    const struct project_server **servers, size_t *n)
{
	return read_list(diags, texts, read_parent, ", resolver, resolver:192.0.2.1", servers, n);
}
