/* Account: what one zone takes of the machine. Templates and certificates come from strangers: a
 * few lines of text can stand for more records, memory or work than any machine has. Each zone has
 * an account of its own, in its diags; whoever takes something puts it there, and where a limit is
 * reached that zone is given up, and the others are built. */
#ifndef BASE_ACCOUNT_H
#define BASE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum limit {
	LIMIT_MEMORY,  /* octets, of texts, records and what is made of them */
	LIMIT_RECORDS, /* records that the template stands for */
	LIMIT_MADE,    /* octets of records that few octets of text stand for: those of directives,
			* and of files that are included again */
	LIMIT_WORK, /* iterations of key derivations, and what takes as long: half a microsecond */
	LIMIT_TIME, /* microseconds of a processor until the template is read */
	N_LIMITS,
};

struct limits {
	uint64_t most[N_LIMITS]; /* 0: what account_default() says */
	uint32_t time_s;         /* in place of LIMIT_TIME's; 0: the same */
};

/* Zero-initialised is no account: all may be taken. */
struct account {
	bool is_open;
	bool is_over; /* a limit was reached, */
	enum limit reached;
	uint64_t most[N_LIMITS], taken[N_LIMITS];
	bool is_timed;
	uint64_t time_us; /* of the thread that reads the template, which was taken by then */
};

/* The time that this thread has taken of a processor. */
uint64_t
account_clock_us(void);

/* The most that a zone may take where nothing else is said. That of memory is half of what the
 * machine has, or a limit of the process or its container leaves. */
uint64_t
account_default(enum limit limit);

/* `limits` may be NULL. What the machine has is shared by the `n` zones that are read at a time (0:
 * one alone). What was taken before stays. */
void
account_open(struct account *account, const struct limits *limits, size_t n);

/* Takes the time since the account was opened or this was called last, in the thread that reads the
 * template. What it takes in others is put there by whoever runs them. */
void
account_time(struct account *account);

/* The template is read: from now on only work is limited, as all else grows with the template. */
void
account_read(struct account *account);

/* Returns false, from then on, once more was taken than may be. */
static inline bool
account_take(struct account *account, enum limit limit, uint64_t n)
{
	account->taken[limit] += n;
	if (account->taken[limit] <= account->most[limit] || !account->is_open)
		return !account->is_over;
	if (!account->is_over)
		account->reached = limit;
	account->is_over = true;
	return false;
}

static inline void
account_give(struct account *account, enum limit limit, uint64_t n)
{
	account->taken[limit] -= n < account->taken[limit] ? n : account->taken[limit];
}

/* Says ahead of taking it whether so much may be taken. */
static inline bool
account_may_take(struct account *account, enum limit limit, uint64_t n)
{
	bool may = account_take(account, limit, n);

	account_give(account, limit, n);
	return may;
}

#endif
