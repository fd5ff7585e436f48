#include "rollover/keyevent.h"

#include "base/codec.h"
#include "base/duration.h"
#include "dns/rdata.h"
#include "dnssec/cds.h"
#include "dnssec/keystate.h"
#include "history/state.h"
#include "rollover/event.h"
#include "rollover/parent.h"
#include "rollover/trust.h"

static const char begun[] = "begun", wanted[] = "ds-wanted", seen[] = "ds-seen",
		  leaves[] = "ds-leaves", finished[] = "finished";

/* --- Keys and their DS records --- */

static struct record_key
record_of(const struct keyevents *e, const struct key *key)
{
	return record_key_of(&e->zone->name, key->dnskey);
}

static const char *
digest_id(struct arena *a, const struct record_key *key)
{
	struct buf b = {0};

	hex_encode(&b, (struct bytes){key->digest, sizeof(key->digest)});
	return buf_text(&b, a);
}

static const char *
id_of(const struct keyevents *e, const struct key *key)
{
	struct record_key record = record_of(e, key);

	return digest_id(e->a, &record);
}

static const struct key *
key_of(const struct keyevents *e, const char *id)
{
	for (size_t i = 0; i < e->keys.n; i++)
		if (strcmp(id_of(e, &e->keys.items[i]), id) == 0)
			return &e->keys.items[i];
	return NULL;
}

static bool
has_come(int64_t t_unix, int64_t now_unix)
{
	return t_unix != KEY_NO_TIME && t_unix <= now_unix;
}

/* Shall the parent have a DS record of the key? Not while its file says when CDS begins to ask for
 * it, and not if CDS asks for none. */
static bool
wants_ds(const struct keyevents *e, const struct key *key)
{
	int64_t begin_unix = key->time[KEY_SYNC_PUBLISH];

	return e->zone->policy->cds != CDS_DELETE && keystate_wants_ds(key, e->now_unix) &&
	       (begin_unix == KEY_NO_TIME || begin_unix <= e->now_unix) &&
	       !has_come(key->time[KEY_SYNC_DELETE], e->now_unix);
}

static struct sets
sets_of(const struct keyevents *e, uint16_t type)
{
	return trust_sets(e->a, e->history, e->name, type);
}

static bool
has_ds(const struct set *ds, const struct record_key *key)
{
	bool has = false;

	for (size_t i = 0; ds && i < ds->n && !has; i++)
		has = trust_is_of_key(ds->rdata[i], key);
	return has;
}

/* What the parent has, as far as that is known; or NULL. */
static const struct set *
parents_ds(const struct keyevents *e)
{
	return sets_newest(sets_of(e, TYPE_DS));
}

static bool
is_at_parent(const struct keyevents *e, const struct key *key)
{
	struct record_key record = record_of(e, key);

	return has_ds(parents_ds(e), &record);
}

/* When each DS set that may be held has a record of the key, or with `lacks` none has; 0: it is so.
 */
static int64_t
held_until(const struct keyevents *e, const struct key *key, bool lacks)
{
	uint32_t hold_s = parent_hold_s(e->project, e->zone);
	struct record_key record = record_of(e, key);
	struct sets sets = sets_of(e, TYPE_DS);
	int64_t until = 0;

	for (size_t i = 0; i < sets.n; i++)
		if (has_ds(&sets.items[i], &record) == lacks)
			until = instant_later(until, set_release(&sets.items[i], hold_s));
	return until;
}

/* May it be all that the parent has? */
static bool
may_be(const struct keyevents *e, const struct set *ds)
{
	struct trust trust = {.keys = sets_of(e, TYPE_DNSKEY),
	    .signers = sets_of(e, TYPE_RRSIG),
	    .ds_known = true,
	    .hold_s = parent_hold_s(e->project, e->zone)};

	return trust.keys.n > 0 && trust_may_appear(&trust, ds, e->now_unix).until_unix == 0;
}

static bool
is_made(const struct keyevents *e)
{
	const struct project_zone *parent = parent_of(e->project, e->zone);

	return parent && ds_is_made(e->made, e->project, parent, e->zone);
}

/* --- What happened --- */

static bool
is_noted(const struct keyevents *e, const char *event, const char *id)
{
	return history_note(e->history, NOTE_KEY_TOLD, e->name, event, id) ||
	       history_note(e->history, NOTE_KEY_PENDING, e->name, event, id);
}

/* The rollover of the key that is a little older, which is or was to be replaced by it; NULL: there
 * is none any more. */
static const struct keyroll *
roll_before(const struct keyevents *e, const struct key *key)
{
	const struct keyroll *found = NULL;

	for (size_t i = 0; i < e->rolls.n; i++) {
		const struct keyroll *roll = &e->rolls.items[i];

		if (roll->key != key && roll->key->is_ksk == key->is_ksk &&
		    keyroll_is_younger(key, roll->key) &&
		    (!found || keyroll_is_younger(roll->key, found->key)))
			found = roll;
	}
	return found;
}

/* Each says whether the event has happened to the key. */

static bool
is_begun(const struct keyevents *e, const struct key *key)
{
	const struct keyroll *roll = roll_before(e, key);

	return roll && roll->successor == key && keyroll_is_under_way(roll);
}

static bool
is_wanted(const struct keyevents *e, const struct key *key)
{
	uint8_t data[CDS_LONGEST];
	struct bytes ds = {data, ds_rdata(&e->zone->name, key->dnskey, DS_SHA256, data)};
	struct set alone = {.type = TYPE_DS, .until_unix = TIME_NEVER, .rdata = &ds, .n = 1};

	return wants_ds(e, key) && !is_at_parent(e, key) && may_be(e, &alone) && !is_made(e);
}

static bool
is_seen(const struct keyevents *e, const struct key *key)
{
	return wants_ds(e, key) && is_at_parent(e, key) && is_noted(e, wanted, id_of(e, key));
}

/* What the parent has of keys that are to have it; in the arena. */
static struct set
rest_of(const struct keyevents *e, const struct set *ds)
{
	struct bytes *rdata = arena_alloc(e->a, ds->n * sizeof(*rdata) + 1);
	struct set rest = {.type = TYPE_DS, .until_unix = TIME_NEVER, .rdata = rdata};

	for (size_t k = 0; k < ds->n; k++) {
		bool stays = false;

		for (size_t i = 0; i < e->keys.n && !stays; i++) {
			struct record_key record = record_of(e, &e->keys.items[i]);

			stays = wants_ds(e, &e->keys.items[i]) &&
				trust_is_of_key(ds->rdata[k], &record);
		}
		if (stays)
			rdata[rest.n++] = ds->rdata[k];
	}
	return rest;
}

/* Nothing may be left only where the zone is to be signed no more. */
static bool
is_leaving(const struct keyevents *e, const struct key *key)
{
	struct set rest;

	if (!key->is_ksk || wants_ds(e, key) || !is_at_parent(e, key))
		return false;
	rest = rest_of(e, parents_ds(e));
	return (rest.n > 0 || e->zone->policy->cds == CDS_DELETE) && may_be(e, &rest) &&
	       !is_made(e);
}

static bool
is_finished(const struct keyevents *e, const struct key *key)
{
	return !roll_before(e, key) && is_noted(e, begun, id_of(e, key));
}

/* When it is safe to go on, by those who are told. */

static int64_t
at_once(const struct keyevents *e, const struct key *key, const struct note *pending)
{
	(void)e;
	(void)key;
	return pending->t_unix;
}

/* From then on nobody needs the DS record of another key. */
static int64_t
when_trusted(const struct keyevents *e, const struct key *key, const struct note *pending)
{
	return instant_later(held_until(e, key, false), pending->t_unix);
}

static int64_t
next_step(const struct keyevents *e, const struct key *key, const struct note *pending)
{
	const struct keyroll *roll = roll_before(e, key);

	(void)pending;
	return roll && roll->at_unix > 0 ? roll->at_unix : TIME_NEVER;
}

/* What is told in words, behind the key. */

static const char *
begun_message(const struct keyevents *e)
{
	(void)e;
	return "it was made to take over from an older key";
}

static const char *
wanted_message(const struct keyevents *e)
{
	const struct project_zone *parent = parent_of(e->project, e->zone);

	if (parent)
		return arena_printf(e->a,
		    "put its DS record into the template of %s, which may have it from now on",
		    parent->name_text);
	return e->zone->policy->cds == CDS_KEYS
		   ? "give its DS record to the parent, which may have it from now on, unless it "
		     "follows CDS"
		   : "give its DS record to the parent, which may have it from now on";
}

static const char *
seen_message(const struct keyevents *e)
{
	(void)e;
	return "the parent has its DS record";
}

static const char *
leaves_message(const struct keyevents *e)
{
	(void)e;
	return "its DS record may leave the parent";
}

static const char *
finished_message(const struct keyevents *e)
{
	(void)e;
	return "it has taken over, and the older key has left";
}

/* In the order in which they happen. */
static const struct event {
	const char *name;
	bool (*of)(const struct keyevents *e, const struct key *key);
	int64_t (*safe)(
	    const struct keyevents *e, const struct key *key, const struct note *pending);
	const char *(*message)(const struct keyevents *e);
	bool tells_ds; /* and which records these are */
} events[] = {
    {begun, is_begun, next_step, begun_message, false},
    {wanted, is_wanted, at_once, wanted_message, true},
    {seen, is_seen, when_trusted, seen_message, true},
    {leaves, is_leaving, at_once, leaves_message, true},
    {finished, is_finished, next_step, finished_message, false},
};

enum { N_EVENTS = sizeof(events) / sizeof(events[0]) };

static size_t
number_of(const struct note *note)
{
	size_t i = 0;

	while (i < N_EVENTS - 1 && strcmp(events[i].name, note->event) != 0)
		i++;
	return i;
}

/* --- Notes --- */

static bool
is_event(const struct note *note, const char *name)
{
	return strcmp(note->event, name) == 0;
}

/* A key that has left the zone is not waited for. A DS record that is wanted again, or leaves
 * again, is told again; as one that comes and goes it is not, while all else stays. */
static bool
is_stale(const struct keyevents *e, const struct note *note)
{
	const struct key *key = key_of(e, note->id);

	if (!key)
		return true;
	if (is_event(note, wanted) || is_event(note, seen))
		return !wants_ds(e, key);
	if (is_event(note, leaves))
		return wants_ds(e, key) || held_until(e, key, true) <= e->now_unix;
	return has_come(key->time[KEY_DELETE], e->now_unix) && !key->active;
}

static void
find(const struct keyevents *e, const struct key *key, struct project_history_change *change)
{
	struct note pending = {.kind = NOTE_KEY_PENDING, .t_unix = e->now_unix};
	const char *id = id_of(e, key);

	for (size_t i = 0; i < N_EVENTS; i++) {
		struct arena *a = change->add.a;

		pending.event = events[i].name;
		pending.id = id;
		if (is_noted(e, pending.event, id) || !events[i].of(e, key) ||
		    is_stale(e, &pending))
			continue;
		pending.name = arena_text(a, e->name, strlen(e->name));
		pending.id = arena_text(a, id, strlen(id));
		history_add_note(&change->add, &pending);
	}
}

static const enum note_kind kinds[] = {NOTE_KEY_PENDING, NOTE_KEY_TOLD};

void
keyevents_find(const struct keyevents *events_of, struct project_history_change *change)
{
	const struct keyevents *e = events_of;

	for (size_t i = 0; i < e->keys.n; i++)
		find(e, &e->keys.items[i], change);
	for (size_t k = 0; k < 2; k++) {
		struct notes notes = history_notes(e->history, kinds[k], e->name);

		for (size_t i = 0; i < notes.n; i++)
			if (is_stale(e, &notes.items[i]))
				history_add_note(&change->remove, &notes.items[i]);
	}
}

static bool
is_signed_here(const struct project *project, const char *name)
{
	static const struct name root = {.len = 1};
	const struct project_zone *zone;
	struct name_fault fault;
	struct name wire;

	if (name_parse(text_of(name), &root, &wire, &fault) < 0)
		return false;
	zone = parent_zone_named(project, wire.wire);
	return zone && zone->sign;
}

void
keyevents_end(const struct project *project, const struct history *history,
    struct project_history_change *change)
{
	for (size_t k = 0; k < 2; k++) {
		struct notes notes = history_notes(history, kinds[k], NULL);

		for (size_t i = 0; i < notes.n; i++)
			if (!is_signed_here(project, notes.items[i].name))
				history_add_note(&change->remove, &notes.items[i]);
	}
}

static bool
is_before(const struct note *a, const struct note *b)
{
	return a->t_unix < b->t_unix || (a->t_unix == b->t_unix && number_of(a) < number_of(b));
}

const struct note *
keyevents_first(const struct history *history, const char *name, const struct history *tried)
{
	struct notes notes = history_notes(history, NOTE_KEY_PENDING, name);
	const struct note *first = NULL;

	for (size_t i = 0; i < notes.n; i++) {
		const struct note *note = &notes.items[i];

		if (!history_note(tried, NOTE_KEY_PENDING, name, note->event, note->id) &&
		    (!first || is_before(note, first)))
			first = note;
	}
	return first;
}

/* --- A zone of which nothing is to be told --- */

struct quiet {
	struct arena *a;
	const struct history *history;
	const char *name;
	const struct set *keys, *signers; /* that are published */
	const struct set *ds;             /* that the parent has; or NULL */
};

static struct record_key
key_at(const struct quiet *q, size_t i)
{
	return record_read_key(TYPE_DNSKEY, q->keys->rdata[i]);
}

static bool
is_told(const struct quiet *q, const char *event, const struct record_key *key)
{
	const char *id = digest_id(q->a, key);

	return history_note(q->history, NOTE_KEY_TOLD, q->name, event, id);
}

/* Is there no second key that could take over from it, or from which it takes over? */
static bool
is_alone(const struct quiet *q, size_t number)
{
	struct record_key key = key_at(q, number);
	bool alone = true;

	for (size_t i = 0; i < q->keys->n && alone; i++)
		alone = i == number || key_at(q, i).flags != key.flags;
	return alone;
}

static bool
is_settled(const struct quiet *q, const struct record_key *key)
{
	bool is_asked = is_told(q, wanted, key);

	if (is_told(q, begun, key) && !is_told(q, finished, key))
		return false;
	if (!(key->flags & KEY_FLAG_SEP))
		return true;
	return has_ds(q->ds, key) ? !is_asked || is_told(q, seen, key) : is_asked;
}

static bool
is_of_any(const struct quiet *q, struct bytes ds)
{
	bool is = false;

	for (size_t i = 0; i < q->keys->n && !is; i++) {
		struct record_key key = key_at(q, i);

		is = trust_is_of_key(ds, &key);
	}
	return is;
}

/* A key that signs and is not published may be of a new algorithm. */
static bool
is_published(const struct quiet *q, struct bytes signer)
{
	bool is = false;

	for (size_t i = 0; i < q->keys->n && !is; i++)
		is = memcmp(q->keys->rdata[i].data, signer.data, RECORD_KEY_LEN) == 0;
	return is;
}

static bool
are_quiet(const struct quiet *q)
{
	bool quiet = q->keys && q->keys->n > 0 && q->signers;

	for (size_t i = 0; quiet && i < q->keys->n; i++) {
		struct record_key key = key_at(q, i);

		quiet = is_alone(q, i) && is_settled(q, &key);
	}
	for (size_t i = 0; quiet && i < q->signers->n; i++)
		quiet = is_published(q, q->signers->rdata[i]);
	for (size_t i = 0; quiet && q->ds && i < q->ds->n; i++)
		quiet = is_of_any(q, q->ds->rdata[i]);
	return quiet;
}

/* Notes of keys that have left are to go. */
static bool
are_of_keys(const struct quiet *q, struct notes notes)
{
	size_t n = 0;

	for (size_t k = 0; k < q->keys->n; k++) {
		struct record_key key = key_at(q, k);
		const char *id = digest_id(q->a, &key);

		for (size_t i = 0; i < notes.n; i++)
			n += strcmp(notes.items[i].id, id) == 0;
	}
	return n == notes.n;
}

bool
keyevents_are_none(const struct history *history, const struct project_zone *zone)
{
	struct arena a = {0};
	struct quiet q = {.a = &a, .history = history, .name = history_name(&a, zone->name.wire)};
	bool none;

	q.keys = sets_newest(trust_sets(&a, history, q.name, TYPE_DNSKEY));
	q.signers = sets_newest(trust_sets(&a, history, q.name, TYPE_RRSIG));
	q.ds = sets_newest(trust_sets(&a, history, q.name, TYPE_DS));
	none = zone->policy->cds != CDS_DELETE &&
	       history_notes(history, NOTE_KEY_PENDING, q.name).n == 0 && are_quiet(&q) &&
	       are_of_keys(&q, history_notes(history, NOTE_KEY_TOLD, q.name));
	arena_free(&a);
	return none;
}

/* --- A zone --- */

int
keyevents_begin(struct diags *diags, const struct project *project, const struct history *history,
    const struct project_zone *zone, const struct key_folder *folder, int64_t now_unix,
    struct ds_made *made, struct keyevents *out)
{
	struct arena *a = &diags->arena;

	*out = (struct keyevents){.a = a,
	    .project = project,
	    .history = history,
	    .zone = zone,
	    .name = history_name(a, zone->name.wire),
	    .now_unix = now_unix,
	    .made = made};
	if (keys_load(a, diags, folder, &zone->name, now_unix, &out->keys) < 0)
		return -1;
	if (zone->policy->keys.is_given)
		keyrolls_find(a, project, history, zone, &out->keys, now_unix, &out->rolls);
	return 0;
}

/* --- What is told --- */

static void
put_ds(const struct keyevents *e, struct json *j, struct bytes rdata)
{
	struct buf b = {0};

	buf_printf(&b, "%s IN DS ", e->name);
	rdata_print(&b, TYPE_DS, rdata);
	json_text(j, (struct text){b.data, b.len});
	buf_free(&b);
}

/* Those that the parent has of the key, or is to have. */
static void
put_all_ds(const struct keyevents *e, struct json *j, const struct key *key)
{
	const struct set *ds = parents_ds(e);
	struct record_key record = record_of(e, key);
	uint8_t data[CDS_LONGEST];

	for (size_t i = 0; ds && i < ds->n; i++)
		if (trust_is_of_key(ds->rdata[i], &record))
			put_ds(e, j, ds->rdata[i]);
	if (key->is_ksk && !has_ds(ds, &record))
		put_ds(e, j,
		    (struct bytes){data, ds_rdata(&e->zone->name, key->dnskey, DS_SHA256, data)});
}

static void
put_number(struct json *j, const char *key, const struct key *of)
{
	json_key(j, key);
	if (of)
		json_number(j, of->tag);
	else
		json_null(j);
}

bool
keyevent_print(struct buf *out, const struct keyevents *e, const struct note *pending)
{
	const struct event *event = &events[number_of(pending)];
	const struct key *key = key_of(e, pending->id);
	struct json j = {.out = out};
	const struct keyroll *roll;
	const char *role;

	if (!key || is_stale(e, pending))
		return false;
	roll = roll_before(e, key);
	role = keystate_role(&e->keys, key, e->now_unix);
	json_begin(&j, '{');
	json_member(&j, "event", event->name);
	json_member(&j, "zone", e->zone->name_text);
	json_member(&j, "message",
	    arena_printf(e->a, "%s %u of %s: %s", role, (unsigned)key->tag, e->zone->name_text,
		event->message(e)));
	event_put_time(&j, "time", pending->t_unix);
	json_member(&j, "id", pending->id);
	put_number(&j, "key", key);
	json_member(&j, "role", role);
	json_member(&j, "algorithm", key->algorithm->name);
	put_number(&j, "replaces", roll ? roll->key : NULL);
	event_put_time(&j, "safe_at", event->safe(e, key, pending));
	json_key(&j, "ds");
	json_begin(&j, '[');
	if (event->tells_ds)
		put_all_ds(e, &j, key);
	json_end(&j, ']');
	json_end(&j, '}');
	buf_putc(out, '\n');
	return true;
}
