#define _GNU_SOURCE
#include "init.h"

#include "base/create.h"
#include "base/file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct cmd_option option_from = {"from", 0, NULL,
    "take over zone files as they are: those named, and those in the folders named"};
static const struct cmd_option option_file_names = {
    "file-names", 0, NULL, "a zone file that does not tell its zone's name tells it by its own"};
static const struct cmd_option option_server = {
    "server", 0, "SERVER", "go on from the serials that this server has of them; may be repeated"};

static const struct cmd_option *const options[] = {&option_from, &option_file_names, &option_server,
    &option_allow, &option_directory, &option_now, NULL};

/* --- What the new files say --- */

static const char ignore[] =
    "# What zonepp keeps beside the project, and what it makes.\n"
    "/.zonepp/\n"
    "/public/\n"
    "# Private keys are no part of a repository, nor what comes with some: what\n"
    "# is public of certificates is in zonepp.lock.\n"
    "*.private\n"
    "/certs/\n";

static const char attributes[] = "# Two branches that both published: what either knows stays.\n"
				 "zonepp.state merge=union\n"
				 "zonepp.lock merge=union\n";

static const char makefile[] =
    "# make: build the zones that changed; make check: tell of problems, and write nothing.\n"
    "# Where zonepp.lock stands in for certificates that are not there: make BUILDFLAGS=--locked\n"
    "BUILDFLAGS =\n"
    "\n"
    "zones:\n"
    "	zonepp build $(BUILDFLAGS)\n"
    "\n"
    "check:\n"
    "	zonepp check\n"
    "\n"
    "fmt:\n"
    "	zonepp fmt zones/*.zone\n"
    "\n"
    ".PHONY: zones check fmt\n";

static const char project_head[] =
    "# The project file of zonepp: zonepp.yaml(5) tells of all that it may say.\n"
    "defaults:\n"
    "  template: zones/{zone}.zone\n"
    "  output: public/{zone}.zone\n"
    "  serial: auto              # goes up when the published file changes\n";

static const char project_as_is[] =
    "  # Zones are published as they are. To sign them here, take the next line out, and run\n"
    "  # zonepp keys generate --missing\n"
    "  dnssec: external\n";

static const char template_records[] = "@	IN SOA	ns1 hostmaster (\n"
				       "		1	; serial, raised by zonepp\n"
				       "		4h	; refresh\n"
				       "		30m	; retry\n"
				       "		3d	; expire\n"
				       "		10m )	; TTL of negative answers\n"
				       "	IN NS	ns1\n"
				       "	IN NS	ns2\n"
				       "ns1	IN A	192.0.2.53\n"
				       "ns2	IN A	198.51.100.53\n"
				       "\n"
				       "; A mail server, and the TLSA records of its certificate:\n"
				       ";@	IN MX	10 mail\n"
				       ";mail	IN A	192.0.2.25\n"
				       ";$TLSA _25._tcp.mail ../certs/mail.pem\n";

/* As a key of YAML: in quotes where it is no plain word. */
static void
put_name(struct buf *b, const char *name)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	if (strspn(name, plain) == strlen(name) && *name != '-') {
		buf_puts(b, name);
		return;
	}
	buf_putc(b, '\'');
	for (; *name; name++)
		buf_puts(b, *name == '\'' ? "''" : (const char[]){*name, '\0'});
	buf_putc(b, '\'');
}

static const char *
project_text(struct cmd *cmd, const struct init_zone *zones, size_t n, bool as_is)
{
	const char *const *servers = cmd_values(cmd, &option_server);
	struct buf b = {0};

	buf_puts(&b, project_head);
	if (as_is)
		buf_puts(&b, project_as_is);
	for (size_t i = 0; servers[i]; i++)
		buf_printf(&b, "%s\"%s\"", i == 0 ? "  servers: [" : ", ", servers[i]);
	buf_puts(&b, *servers ? "]\n\nzones:\n" : "\nzones:\n");
	for (size_t i = 0; i < n; i++) {
		buf_puts(&b, "  ");
		put_name(&b, zones[i].name);
		buf_puts(&b, ":\n");
	}
	return buf_text(&b, &cmd->diags.arena);
}

static const char *
template_text(struct arena *a, const struct name *name, const char *text)
{
	return arena_printf(a,
	    "; %s: addresses of documentation (RFC 5737), for you to replace.\n"
	    "$ORIGIN %s\n"
	    "$TTL 1h\n"
	    "\n"
	    "%s",
	    text, name_absolute_text(a, name->wire), template_records);
}

/* --- Writing --- */

/* What is there as it should be stays; but a project that is there, is one already. */
static int
look_at_places(struct cmd *cmd, struct init_file *files, size_t n)
{
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		struct init_file *file = &files[i];
		struct diags own = {0};
		struct text text = {0};
		struct stat st;

		file->there = lstat(file->path, &st) == 0;
		file->same = file->there && S_ISREG(st.st_mode) &&
			     file_load(&own, pos_none(), NULL, file->path, &text) == 0 &&
			     text.len == file->text.len &&
			     memcmp(text.data, file->text.data, text.len) == 0;
		if (file->there && !file->optional && (!file->same || file->is_project))
			result = diag_add_path(
			    &cmd->diags, file->path, P_THERE, "%s is there already", file->path);
		diags_free(&own);
	}
	return result;
}

/* Creates those of `files` that are not there and lie in the folder of the first; returns how many
 * were looked at, or 0 with a problem added. Each sync waits for the disk, so there is one. */
static size_t
create_some(struct cmd *cmd, const struct init_file *files, size_t n)
{
	enum { MOST = 100 };
	struct arena *a = &cmd->diags.arena;
	struct new_file made[MOST];
	const char *folder = file_folder(a, files[0].path);
	size_t i, n_made = 0;

	for (i = 0; i < n && n_made < MOST; i++) {
		const char *slash = strrchr(files[i].path, '/');

		if (strcmp(file_folder(a, files[i].path), folder) != 0)
			break;
		if (!files[i].there)
			made[n_made++] = (struct new_file){
			    slash ? slash + 1 : files[i].path, 0644, files[i].text, false};
	}
	if (n_made > 0 && file_make_folder(folder, 0777) < 0) {
		diag_add_path(&cmd->diags, folder, F_WRITE, "cannot make the folder %s: %s", folder,
		    strerror(errno));
		return 0;
	}
	return create_files(&cmd->diags, folder, made, n_made) < 0 ? 0 : i;
}

static void
tell(const struct init *init, struct buf *said)
{
	size_t n_templates = 0;

	for (size_t i = 0; i < init->n_files; i++) {
		const struct init_file *file = &init->files[i];

		if (file->there && !file->same)
			buf_printf(said, "kept %s, which should say as well:\n%.*s", file->path,
			    (int)file->text.len, file->text.data);
		if (file->there)
			continue;
		n_templates += file->is_template;
		if (!file->is_template || n_templates <= INIT_TEMPLATES_SHOWN)
			buf_printf(said, "made %s\n", file->path);
	}
	if (n_templates > INIT_TEMPLATES_SHOWN)
		buf_printf(said, "made %zu templates more\n", n_templates - INIT_TEMPLATES_SHOWN);
}

/* Templates first, and the project file last, alone: without it there is no project. */
static int
write_files(struct cmd *cmd, const struct init *init)
{
	size_t project = init->n_files - 1, n;

	for (size_t i = 0; i < init->n_files; i += n) {
		n = create_some(cmd, &init->files[i], i < project ? project - i : 1);
		if (n == 0)
			return -1;
	}
	return 0;
}

/* make reads a GNUmakefile in place of the others: one that is there goes on to be read. */
static const char *
makefile_path(void)
{
	static const char *const others[] = {"makefile", "Makefile"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (access(others[i], F_OK) == 0)
			return others[i];
	return "GNUmakefile";
}

static int
make(struct cmd *cmd, struct init *init, bool as_is)
{
	struct buf said = {0};
	int result;

	init_add(init,
	    (struct init_file){.path = ".gitignore", .text = text_of(ignore), .optional = true});
	init_add(
	    init, (struct init_file){
		      .path = ".gitattributes", .text = text_of(attributes), .optional = true});
	init_add(init, (struct init_file){
			   .path = makefile_path(), .text = text_of(makefile), .optional = true});
	init_add(init, (struct init_file){.path = "zonepp.yaml",
			   .is_project = true,
			   .text = text_of(project_text(cmd, init->zones, init->n_zones, as_is))});
	if (look_at_places(cmd, init->files, init->n_files) < 0)
		return -1;
	result = write_files(cmd, init);
	if (result == 0) {
		tell(init, &said);
		buf_puts(&said, as_is ? "next: zonepp check\n      zonepp build\n"
				      : "next: zonepp keys generate --missing\n"
					"      zonepp build\n");
	}
	if (cmd_print(cmd, (struct text){init->said.data, init->said.len}) < 0 ||
	    cmd_print(cmd, (struct text){said.data, said.len}) < 0)
		result = -1;
	buf_free(&said);
	return result;
}

/* --- New zones --- */

static void
add_new(struct cmd *cmd, struct init *init, const char *argument)
{
	struct arena *a = &cmd->diags.arena;
	const char *text;
	struct name name;

	if (strpbrk(argument, " \t"))
		cmd_usage(cmd, "%s: a blank in a zone's name", argument);
	cmd_name(cmd, "", argument, &name);
	text = name_absolute_text(a, name.wire);
	text = name.len > 1 ? arena_text(a, text, strlen(text) - 1) : text;
	init_add_zone(init, text);
	init_add(init, (struct init_file){.path = init_template(a, text),
			   .text = text_of(template_text(a, &name, text)),
			   .is_template = true});
}

static int
run(struct cmd *cmd)
{
	struct init init = {.a = &cmd->diags.arena,
	    .file_names = cmd_has(cmd, &option_file_names),
	    .servers = cmd_values(cmd, &option_server)};
	bool from = cmd_has(cmd, &option_from);
	int result = 0;

	if (from && cmd->n_arguments == 0)
		cmd_usage(cmd, "--from takes files or folders");
	if (!from && (cmd_has(cmd, &option_server) || init.file_names))
		cmd_usage(cmd, "--server and --file-names go with --from");
	if (from)
		result = init_take_over(cmd, &init);
	else if (cmd->n_arguments == 0)
		add_new(cmd, &init, "example.org");
	for (size_t i = 0; !from && i < cmd->n_arguments; i++)
		add_new(cmd, &init, cmd->arguments[i]);
	if (result == 0)
		result = make(cmd, &init, from);
	init_free(&init);
	return result;
}

const struct verb verb_init = {"init", "[NAME...] | --from [NAME=]FILE|DIR...",
    "begin a project in this folder, with new zones or with zone files that there are", 0, -1,
    options, run, CONFINED_NOT};
