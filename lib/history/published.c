#include "history/published.h"

#include "zone/diff.h"
#include "zone/read.h"
#include "zone/soa.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

/* A line of git's own, and none of a zone that begins as one. */
static bool
is_merge_mark(struct text line)
{
	return text_has_merge_mark(line) &&
	       (line.len == TEXT_MERGE_MARK || strchr(" \r\n", line.data[TEXT_MERGE_MARK]));
}

static bool
has_merge_marks(struct text text)
{
	while (text.len > 0) {
		const char *newline = memchr(text.data, '\n', text.len);
		size_t len = newline ? (size_t)(newline + 1 - text.data) : text.len;

		if (is_merge_mark((struct text){text.data, len}))
			return true;
		text = (struct text){text.data + len, text.len - len};
	}
	return false;
}

/* Of a file that is no zone: a merge left both sides in it, perhaps. */
static void
look_for_merge(struct published *published, const char *path)
{
	struct diags own = {0};
	struct text text;

	published->is_conflict = file_load_if(&own, pos_none(), NULL, path, &text) == 0 &&
				 text.data && has_merge_marks(text);
	diags_free(&own);
}

static void
load(struct published *published, const char *path, const struct name *apex, unsigned n_workers)
{
	int result = read_store(
	    &published->diags, NULL, path, apex, n_workers, &published->store, published->sha256);
	ssize_t len;

	if (result < 0)
		look_for_merge(published, path);
	published->has_serial = store_soa(&published->store) != NULL;
	published->there = result == 0 && published->has_serial;
	if (published->has_serial)
		published->serial = zone_serial(&published->store);
	if (!published->there)
		return;
	len = getxattr(path, PUBLISHED_SEAL, published->seal.octets, SIGNATURE_LONGEST);
	published->seal.len = len > 0 ? (uint64_t)len : 0; /* then its signatures are verified */
}

int
published_load(struct diags *diags, struct published *published, const struct roots *roots,
    const char *path, const struct name *apex, unsigned n_workers)
{
	char open_path[FILE_PATH_OF_FD];
	struct stat st;
	int fd;

	*published = (struct published){0};
	fd = file_open(roots, path, O_RDONLY | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) /* and may never end */
		return file_close(fd, 0);
	if (fd < 0) /* what lies elsewhere is another's affair */
		return file_is_absence(errno) || errno == EXDEV || errno == ELOOP
			   ? 0
			   : file_refuse(diags, roots, path);
	load(published, file_path_of(fd, open_path), apex, n_workers);
	close(fd);
	if (!published->diags.unreadable)
		return 0;
	diags->unreadable = true;
	return diag_add_path(diags, path, F_READ, "cannot read %s", path);
}

void
published_free(struct published *published)
{
	store_free(&published->store);
	diags_free(&published->diags);
	*published = (struct published){0};
}

static bool
same_rdata(const struct record *a, const struct record *b)
{
	size_t n = a->rdlen;

	if (a->type != b->type || a->ttl_s != b->ttl_s || a->rdlen != b->rdlen)
		return false;
	if (a->type == TYPE_SOA)
		return memcmp(a->rdata, b->rdata, n - SOA_SERIAL) == 0 &&
		       memcmp(a->rdata + n - SOA_SERIAL + 4, b->rdata + n - SOA_SERIAL + 4,
			   SOA_SERIAL - 4) == 0;
	return memcmp(a->rdata, b->rdata, n) == 0;
}

/* A walk over the records that are compared. */
struct walk {
	const struct store *store;
	bool skip_made;
	size_t node;
	uint32_t record;
};

/* The next record; `*at` is its node. NULL at the end. */
static const struct record *
walk_next(struct walk *walk, const struct node **at)
{
	for (; walk->node < walk->store->n_nodes; walk->node++, walk->record = 0) {
		const struct node *node = &walk->store->nodes[walk->node];
		const struct record *records = node_records(walk->store, node);

		while (walk->record < node->n) {
			const struct record *record = &records[walk->record++];

			if (!walk->skip_made || !diff_is_made(record->type)) {
				*at = node;
				return record;
			}
		}
	}
	return NULL;
}

static bool
same_owner(const struct node *x, const struct node *y)
{
	return x->key_len == y->key_len && x->wire_len == y->wire_len &&
	       memcmp(x->key, y->key, (size_t)x->key_len + x->wire_len) == 0;
}

bool
published_same_content(const struct published *published, const struct store *store, bool is_signed)
{
	struct walk old = {&published->store, is_signed, 0, 0}, new = {store, is_signed, 0, 0};
	const struct node *x = NULL, *y = NULL;
	const struct record *a, *b;

	if (!published->there)
		return false;
	do {
		a = walk_next(&old, &x);
		b = walk_next(&new, &y);
		if (a && b && (!same_owner(x, y) || !same_rdata(a, b)))
			return false;
	} while (a && b);
	return !a && !b;
}
