#define _GNU_SOURCE
#include "init.h"

#include "base/known.h"
#include "base/mem.h"
#include "dns/serial.h"
#include "history/serial.h"
#include "probe/nameserver.h"
#include "project/server.h"
#include "publish/named_conf.h"
#include "publish/takeover.h"

#include <stdlib.h>
#include <sys/stat.h>

/* --- What is gathered --- */

void
init_add(struct init *init, struct init_file file)
{
	init->files = mem_grow(init->files, init->n_files, &init->cap_files, sizeof(file));
	init->files[init->n_files++] = file;
}

struct init_zone *
init_add_zone(struct init *init, const char *name)
{
	init->zones = mem_grow(init->zones, init->n_zones, &init->cap_zones, sizeof(*init->zones));
	init->zones[init->n_zones] = (struct init_zone){.name = name};
	return &init->zones[init->n_zones++];
}

const char *
init_template(struct arena *a, const char *name)
{
	return arena_printf(a, "zones/%s.zone", project_file_name(a, name));
}

void
init_free(struct init *init)
{
	free(init->files);
	free(init->zones);
	buf_free(&init->said);
}

/* --- Names --- */

/* What file names have ahead of the zone's name or behind it. */
static const char *const heads[] = {"db.", "pri.", NULL};
static const char *const tails[] = {".dns", ".zone", ".db", ".hosts", ".txt", NULL};

static const char *
name_of_file(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t len;

	for (const char *const *head = heads; *head; head++)
		if (strncmp(name, *head, strlen(*head)) == 0)
			name += strlen(*head);
	len = strlen(name);
	for (const char *const *tail = tails; *tail; tail++) {
		size_t n = strlen(*tail);

		if (len > n && strcmp(name + len - n, *tail) == 0)
			return arena_text(a, name, len - n);
	}
	return arena_text(a, name, len);
}

/* A file to take over, and the name that was given with it, or NULL; and who gave it. */
struct named_file {
	const char *path, *name, *by;
};

/* NAME=FILE, where there is no file of that whole name. */
static struct named_file
read_argument(struct arena *a, const char *argument)
{
	const char *equal = strchr(argument, '=');
	struct stat st;

	if (!equal || equal == argument || stat(argument, &st) == 0)
		return (struct named_file){argument, NULL, NULL};
	return (struct named_file){
	    equal + 1, arena_text(a, argument, (size_t)(equal - argument)), "you say"};
}

/* --- Serials --- */

struct asking {
	struct nameservers run;
	const struct project_server *servers;
	size_t n;
};

static int
begin_asking(struct cmd *cmd, const struct init *init, struct asking *asking)
{
	struct arena *a = &cmd->diags.arena;
	struct yaml_texts texts = {0};
	struct yaml_text *items;

	*asking = (struct asking){.n = 0};
	while (init->servers[texts.n])
		texts.n++;
	items = arena_zalloc(a, texts.n * sizeof(*items) + 1);
	for (size_t i = 0; i < texts.n; i++)
		items[i].text = init->servers[i];
	texts.items = items;
	return servers_read(&cmd->diags, &texts, &asking->servers, &asking->n);
}

/* The latest serial that a server has of the zone; false: none tells. */
static bool
ask(struct diags *diags, struct asking *asking, const struct takeover *zone, uint32_t *serial)
{
	bool any = false;

	for (size_t i = 0; i < asking->n; i++) {
		struct nameserver_soas soas = {0};
		const char *why;

		if (nameserver_ask_soa(&diags->arena, &asking->run, &asking->servers[i],
			zone->name.wire, &soas, &why) < 0)
			diag_add_path(diags, zone->path, P_SERVER, "server %s, asked for %s: %s",
			    asking->servers[i].text, zone->name_text, why);
		for (size_t k = 0; k < soas.n; k++) {
			*serial = any ? serial_highest(*serial, soas.items[k].serial)
				      : soas.items[k].serial;
			any = true;
		}
	}
	return any;
}

/* --- Files --- */

struct take {
	struct cmd *cmd;
	struct init *init;
	struct asking asking;
	struct known zones; /* of `init` by their names in lower case, */
	struct known files; /* and its files by their paths */
	int result;
};

static const char *
lower(struct arena *a, const char *name)
{
	char *copy = arena_text(a, name, strlen(name));

	for (char *at = copy; *at; at++)
		*at = (char)ascii_lower((uint8_t)*at);
	return copy;
}

static bool
is_its_own_place(const char *path, const char *place)
{
	struct stat a, b;

	return stat(path, &a) == 0 && stat(place, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

static int
add_parts(struct take *take, const struct takeover *zone)
{
	struct init *init = take->init;

	for (size_t i = 0; i < zone->n_parts; i++) {
		const char *path = arena_printf(init->a, "zones/%s", zone->parts[i].path);
		size_t k = known_enter(&take->files, path, init->n_files);

		if (k < init->n_files &&
		    (init->files[k].text.len != zone->parts[i].text.len ||
			memcmp(init->files[k].text.data, zone->parts[i].text.data,
			    zone->parts[i].text.len) != 0))
			return diag_add_path(&take->cmd->diags, zone->path, P_TAKEOVER,
			    "%s includes %s, and another file comes to the same place, %s",
			    zone->path, zone->parts[i].path, path);
		if (k == init->n_files)
			init_add(
			    init, (struct init_file){.path = path, .text = zone->parts[i].text});
	}
	return 0;
}

/* What servers have already they would not take again. */
static int
raise_serial(struct take *take, struct diags *diags, struct takeover *zone, bool in_place)
{
	uint32_t serial;

	if (take->asking.n == 0)
		return 0;
	if (!ask(&take->cmd->diags, &take->asking, zone, &serial))
		return diag_add_path(diags, zone->path, P_SERIAL_UNKNOWN,
		    "no server tells the serial of %s", zone->name_text);
	if (!serial_later(serial, zone->serial))
		return 0;
	if (in_place || zone->serial_len == 0)
		return diag_add_path(diags, zone->path, P_SERIAL_LATER,
		    "%s has the serial %u, and a server has %u", zone->path, (unsigned)zone->serial,
		    (unsigned)serial);
	zone->text = takeover_with_serial(&diags->arena, zone, serial);
	buf_printf(&take->init->said, "%s: serial %u, as a server has it, in place of %u\n",
	    zone->name_text, (unsigned)serial, (unsigned)zone->serial);
	return 0;
}

/* `by`: how it came to its name, where the file does not tell it; "". */
static int
add_zone(struct take *take, struct diags *diags, struct takeover *zone, const char *by)
{
	struct init *init = take->init;
	const char *place = init_template(init->a, zone->name_text);
	const char *name = lower(init->a, zone->name_text);
	size_t same;

	if (known_find(&take->zones, name, &same))
		return diag_add_path(diags, zone->path, P_TWO_FILES,
		    "%s is the zone %s, and so is %s", zone->path, zone->name_text,
		    init->zones[same].path);
	buf_printf(&init->said, "%s: %s, %zu records, serial %u%s%s\n", zone->name_text, zone->path,
	    zone->n_records, (unsigned)zone->serial, *by ? ", called as " : "", by);
	if (raise_serial(take, diags, zone, is_its_own_place(zone->path, place)) < 0 ||
	    add_parts(take, zone) < 0)
		return -1;
	known_enter(&take->zones, name, init->n_zones);
	known_enter(&take->files, place, init->n_files);
	init_add_zone(init, arena_text(init->a, zone->name_text, strlen(zone->name_text)))->path =
	    arena_text(init->a, zone->path, strlen(zone->path));
	init_add(init, (struct init_file){.path = place, .text = zone->text, .is_template = true});
	return 0;
}

/* The texts of a zone live as long as its diags: until the files are written. */
static void
keep_diags(void *diags)
{
	diags_free(diags);
}

/* What names the zone beside the file itself. */
static int
read_name(struct take *take, struct diags *diags, const struct named_file *input,
    enum takeover_naming *naming, struct name *out)
{
	static const struct name root = {.len = 1};
	const char *guess = name_of_file(take->init->a, input->path);
	struct name_fault fault;

	*naming = TAKEOVER_BY_FILE;
	if (input->name) {
		*naming = TAKEOVER_BY_ZONE;
		if (name_parse(text_of(input->name), &root, out, &fault) < 0 ||
		    strcmp(input->name, "@") == 0)
			return diag_add_path(diags, input->path, P_TAKEOVER,
			    "\"%s\" is no zone's name", input->name);
	} else if (take->init->file_names && name_parse(text_of(guess), &root, out, &fault) == 0) {
		*naming = TAKEOVER_BY_GUESS;
	}
	return 0;
}

static int
take_zone(struct take *take, struct diags *diags, struct load_options *load,
    const struct named_file *input)
{
	enum takeover_naming naming;
	struct takeover zone;
	struct name name;

	if (read_name(take, diags, input, &naming, &name) < 0)
		return -1;
	load->zone = &name;
	if (takeover_read(diags, load, &naming, &zone) < 0)
		return -1;
	return add_zone(take, diags, &zone,
	    naming == TAKEOVER_BY_FILE   ? ""
	    : naming == TAKEOVER_BY_ZONE ? input->by
					 : "the file is");
}

static void
take_file(struct take *take, const struct named_file *input, bool named)
{
	struct diags *diags = arena_zalloc(take->init->a, sizeof(*diags));
	struct name unused;
	struct load_options load = cmd_file(take->cmd, input->path, &unused);

	arena_on_free(take->init->a, keep_diags, diags);
	diags->errors_only = true;
	if (!named && !takeover_is_zone(&load)) {
		buf_printf(&take->init->said, "left out %s: no SOA record in it\n", input->path);
		return;
	}
	if (take_zone(take, diags, &load, input) < 0)
		take->result = -1;
	cmd_report(take->cmd, diags);
}

/* --- Configurations of BIND --- */

static bool
is_conf(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strncmp(slash ? slash + 1 : path, "named.conf", strlen("named.conf")) == 0;
}

/* It is no person who names what stands in a configuration: a pipe would be waited for. */
static void
take_named(struct take *take, const struct named_file *input)
{
	struct stat st;

	if (stat(input->path, &st) < 0 || S_ISREG(st.st_mode)) {
		take_file(take, input, true);
		return;
	}
	take->result = diag_add_path(&take->cmd->diags, input->path, F_READ,
	    "cannot read %s: it is not a regular file", input->path);
}

static void
take_conf(struct take *take, const char *path)
{
	struct named_conf conf;
	struct arena *a = take->init->a;
	struct buf *said = &take->init->said;
	struct known taken = {.a = a}; /* views may have one zone of one file */

	if (named_conf_read(&take->cmd->diags, path, &conf) < 0)
		take->result = -1;
	for (size_t i = 0; i < conf.n; i++) {
		const struct named_conf_zone *zone = &conf.zones[i];
		struct named_file input = {zone->path, zone->name, "named.conf says"};

		if (zone->type && strcmp(zone->type, "primary") != 0)
			buf_printf(said, "left out %s: of type %s\n", zone->name, zone->type);
		else if (!zone->path)
			buf_printf(said, "left out %s: it has no file\n", zone->name);
		else if (known_enter(&taken,
			     arena_printf(a, "%s %s", lower(a, zone->name), zone->path), i) == i)
			take_named(take, &input);
	}
	known_free(&taken);
	named_conf_free(&conf);
}

/* --- Arguments --- */

/* Where BIND's configuration lies beside its files, that is who knows which of them count. */
static void
take_folder(struct take *take, const char *folder)
{
	struct file_list list;

	const char *conf = file_join(take->init->a, folder, "named.conf");
	struct stat st;

	if (stat(conf, &st) == 0) {
		take_conf(take, conf);
		return;
	}
	if (file_list_if(&take->cmd->diags, pos_none(), NULL, folder, &list) < 0) {
		take->result = -1;
		return;
	}
	for (size_t i = 0; i < list.n; i++) {
		const char *name = list.items[i].name;
		struct named_file input = {file_join(take->init->a, folder, name), NULL, NULL};

		if (*name != '.' && stat(input.path, &st) == 0 && S_ISREG(st.st_mode))
			take_file(take, &input, false);
	}
}

int
init_take_over(struct cmd *cmd, struct init *init)
{
	struct take take = {.cmd = cmd, .init = init, .zones.a = init->a, .files.a = init->a};

	if (begin_asking(cmd, init, &take.asking) < 0)
		return -1;
	nameservers_begin(&take.asking.run, NAMESERVER_TIMEOUT_MS, NAMESERVER_TOTAL_MS);
	for (size_t i = 0; i < cmd->n_arguments; i++) {
		struct named_file input = read_argument(init->a, cmd->arguments[i]);
		struct stat st;

		if (!input.name && stat(input.path, &st) == 0 && S_ISDIR(st.st_mode))
			take_folder(&take, input.path);
		else if (!input.name && is_conf(input.path))
			take_conf(&take, input.path);
		else
			take_file(&take, &input, true);
	}
	nameservers_end(&take.asking.run);
	known_free(&take.zones);
	known_free(&take.files);
	if (take.result == 0 && init->n_zones == 0)
		take.result = diag_add_path(&cmd->diags, "<command line>", P_TAKEOVER,
		    "there is no zone file in what was named");
	if (take.result < 0)
		cmd_say("zonepp: nothing was written; when this is mended, run it again");
	return take.result;
}
