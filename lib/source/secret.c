#define _GNU_SOURCE
#include "source/secret.h"

#include "base/access.h"
#include "source/locked.h"
#include "source/plain.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>

/* What stands there may be the password itself: the line is not quoted. */
static int
refuse(struct diags *diags, struct pos pos, const char *why)
{
	diag_add_unquoted(diags, pos, D_PASSWORD, why);
	return -1;
}

/* As variables are mostly called. Of other names it is not certain that they are none but names:
 * the shell makes env:$NAME the password. */
static bool
is_usual_name(const char *name)
{
	return !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")];
}

bool
secret_is_name(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_";

	return *name && !ascii_is_digit(*name) && !name[strspn(name, letters)];
}

static bool
is_listed(const struct secrets *secrets, const char *name)
{
	for (size_t i = 0; i < secrets->n; i++)
		if (strcmp(secrets->names[i], name) == 0)
			return true;
	return false;
}

static int
refuse_unlisted(struct diags *diags, struct pos pos, const char *name)
{
	static const char why[] = "templates may not read the environment variable";

	if (is_usual_name(name))
		return diag_error(
		    diags, pos, D_SECRET, "%s %s", why, plain_text(&diags->arena, text_of(name)));
	diag_add_unquoted(
	    diags, pos, D_SECRET, arena_printf(&diags->arena, "%s that env: names", why));
	return -1;
}

static int
read_environment(struct diags *diags, struct pos pos, const struct secrets *secrets,
    const char *name, struct secret *out)
{
	char *value;

	if (secrets && !is_listed(secrets, name))
		return refuse_unlisted(diags, pos, name);
	value = getenv(name);
	out->missing = !value && locked_is_used(diags);
	if (out->missing)
		return 0;
	if (!value && !is_usual_name(name))
		return refuse(diags, pos,
		    "the environment variable that env: names is not set: it should hold the "
		    "password");
	if (!value)
		return diag_error(diags, pos, D_PASSWORD,
		    "the environment variable %s is not set: it should hold the password",
		    plain_text(&diags->arena, text_of(name)));
	out->data = value;
	out->len = strlen(value);
	return 0;
}

static void
strip_newline(struct secret *secret)
{
	if (secret->len && secret->data[secret->len - 1] == '\n') {
		secret->len--;
		if (secret->len && secret->data[secret->len - 1] == '\r')
			secret->len--;
	}
}

int
secret_judge_access(
    struct diags *diags, const struct roots *roots, const char *path, const char *what)
{
	struct stat st;
	int fd;

	if (strcmp(path, "-") == 0)
		return 0;
	fd = file_open(roots, path, O_PATH);
	if (fd < 0 || file_close(fd, fstat(fd, &st)) < 0)
		return file_is_absence(errno) ? 0 : file_refuse(diags, roots, path);
	file_note_as(diags, INPUT_ACCESS, roots, path);
	return access_judge(diags, locked_path(&diags->arena, path), what, &st);
}

static int
read_file(struct diags *diags, struct pos pos, const struct roots *roots, const char *path,
    struct secret *out)
{
	struct text text;
	struct stat st;

	out->missing =
	    locked_is_used(diags) && file_stat(roots, path, &st) < 0 && file_is_absence(errno);
	if (out->missing)
		return 0;
	if (file_load_secret(diags, pos, roots, path, &text) < 0)
		return -1;
	out->owned = true;
	out->data = (char *)(uintptr_t)text.data;
	out->len = text.len;
	if (text.len > SECRET_LONGEST) {
		secret_end(out);
		return diag_error(diags, pos, D_PASSWORD,
		    "%s is too long for a password: more than %d octets", path, SECRET_LONGEST);
	}
	strip_newline(out);
	return secret_judge_access(diags, roots, path, "the file of the password");
}

static bool
is_environment(const char *spec)
{
	return strncmp(spec, "env:", 4) == 0 && spec[4];
}

int
secret_check(struct diags *diags, struct pos pos, const char *spec)
{
	bool is_file = strncmp(spec, "file:", 5) == 0 && spec[5] && strcmp(spec, "file:-") != 0;

	if (is_environment(spec) || is_file)
		return 0;
	return refuse(diags, pos,
	    "a password is named by env:NAME or file:PATH, and never written here itself");
}

int
secret_read(struct diags *diags, struct pos pos, const struct secrets *secrets,
    const struct roots *roots, const char *base, const char *spec, struct secret *out)
{
	*out = (struct secret){.spec = spec};
	if (secret_check(diags, pos, spec) < 0)
		return -1;
	if (is_environment(spec))
		return read_environment(diags, pos, secrets, spec + 4, out);
	return read_file(
	    diags, pos, roots, file_beside(&diags->arena, base, text_of(spec + 5)), out);
}

void
secret_end(struct secret *secret)
{
	if (secret->owned)
		OPENSSL_cleanse(secret->data, secret->len);
	*secret = (struct secret){0};
}
