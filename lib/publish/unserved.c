#include "publish/unserved.h"

#include "base/duration.h"
#include "base/output.h"

#include <errno.h>

static const char word[] = "pending ";

const char *
unserved_path(struct arena *a, const struct project *project, const struct project_zone *zone)
{
	return project_own_path(a, project, zone, ".hook");
}

static int
write_mark(struct diags *diags, const struct roots *own, const char *path, int64_t t_unix)
{
	struct buf b = {0};
	int result;

	buf_puts(&b, word);
	instant_print_iso(&b, t_unix);
	buf_putc(&b, '\n');
	result = output_replace(diags, own, path, (struct text){b.data, b.len});
	buf_free(&b);
	return result;
}

int
unserved_is_marked(struct diags *diags, const struct roots *own, const char *path, bool *marked)
{
	struct stat st;

	*marked = file_stat(own, path, &st) == 0;
	if (*marked || file_is_absence(errno) || errno == EXDEV)
		return 0; /* of a link tells whoever would write there */
	return file_refuse(diags, own, path);
}

int
unserved_mark(struct diags *diags, const struct roots *own, const char *path, int64_t now_unix)
{
	bool marked;

	if (unserved_is_marked(diags, own, path, &marked) < 0)
		return -1;
	return marked ? 0 : write_mark(diags, own, path, now_unix);
}

int
unserved_clear(struct diags *diags, const struct roots *own, const char *path)
{
	if (file_remove(own, path) == 0 || errno == ENOENT)
		return 0;
	return diag_error(
	    diags, pos_none(), F_WRITE, "cannot remove %s: %s", path, strerror(errno));
}

/* A mark without a time is as old as can be. */
static int
read_mark(struct diags *diags, const struct roots *own, const char *path, bool *there,
    int64_t *since_unix)
{
	const size_t len = sizeof(word) - 1;
	struct text text;
	int result = file_load_if(diags, pos_none(), own, path, &text);

	*there = text.data != NULL;
	*since_unix = 0;
	if (text.data && text.len > len + 1 &&
	    instant_parse((struct text){text.data + len, text.len - len - 1}, since_unix) < 0)
		*since_unix = 0;
	return result;
}

/* Of these kinds the time is when copies vanish. */
static void
delay_end(struct fact *fact, int64_t since_unix, int64_t now_unix)
{
	if (since_unix > 0 && fact->t_unix > since_unix && fact->t_unix != FACT_OPEN)
		fact->t_unix += now_unix - since_unix;
}

static void
delay_begin(struct fact *fact, int64_t since_unix, int64_t now_unix)
{
	if (fact->t_unix >= since_unix && fact->ttl_s != FACT_SETTLED)
		fact->t_unix = instant_later(fact->t_unix, now_unix);
}

int
unserved_delay(struct diags *diags, const struct project *project, const struct project_zone *zone,
    struct facts *facts, int64_t now_unix)
{
	struct arena *a = &diags->arena;
	const char *name = fact_name(a, &zone->name);
	int64_t since = 0;
	bool marked = false;

	if (project->hook_changed && facts->n > 0 &&
	    read_mark(diags, &project->own, unserved_path(a, project, zone), &marked, &since) < 0)
		return -1;
	marked = marked && since < now_unix;
	for (size_t i = 0; marked && i < facts->n; i++) {
		struct fact *fact = &facts->items[i];

		if (!fact->zone || strcmp(fact->zone, name) != 0)
			continue;
		if (fact->kind == FACT_PUBLISHED || fact->kind == FACT_LEAVING)
			delay_begin(fact, since, now_unix);
		else if (fact->kind == FACT_LEFT || fact->kind == FACT_TTL)
			delay_end(fact, since, now_unix);
	}
	return 0;
}

int
unserved_renew(struct diags *diags, const struct project *project, const struct project_zone *zone,
    int64_t now_unix)
{
	const char *path = unserved_path(&diags->arena, project, zone);
	bool marked = false;
	int64_t since;

	if (project->hook_changed && read_mark(diags, &project->own, path, &marked, &since) < 0)
		return -1;
	return marked && since < now_unix ? write_mark(diags, &project->own, path, now_unix) : 0;
}
