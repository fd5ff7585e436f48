#include "base/problem.h"

#include <stddef.h>

#include <string.h>

#define PROBLEM_ROW(name, code, severity, status, what, law, remedy)                               \
	[name] = {code, SEVERITY_##severity, status, what, law, remedy},

const struct problem_info problem_table[N_PROBLEMS] = {PROBLEMS(PROBLEM_ROW)};

#define CAUSE(name, text) [name].cause = text,
#define EXAMPLE(name, wrong_text, right_text) [name].wrong = wrong_text, [name].right = right_text,
#define REMEDY(name, text) [name].remedy = text,
#define NEXT(name, text) [name].next = text,

/* clang-format off */
const struct problem_text problem_texts[N_PROBLEMS] = {
#include "base/problem.def"
};
/* clang-format on */

const char *
problem_remedy(enum problem problem)
{
	const char *told = problem_table[problem].remedy;

	return *told ? told : problem_texts[problem].remedy;
}

bool
problem_is_lint(enum problem problem)
{
	const char *code = problem_table[problem].code;

	return (strncmp(code, "D1", 2) == 0 && code[2] < '4') ||
	       (strncmp(code, "Z0", 2) == 0 && code[2] >= '5');
}

bool
problem_is_guard(enum problem problem)
{
	static const enum problem guards[] = {S_DS_NEEDS, S_SIGNATURE_NEEDS, S_ALGORITHM_EARLY,
	    S_DNSKEY_NEEDS, S_UNGUARDED, S_DS_UNKNOWN, S_DS_EARLY, S_CDS_EARLY, Z_MANY_DELETED,
	    Z_MANY_CHANGED, Z_PROTECTED, Z_UNCOMPARED};

	for (size_t i = 0; i < sizeof(guards) / sizeof(guards[0]); i++)
		if (guards[i] == problem)
			return true;
	return false;
}

bool
problem_may_be(enum problem problem, enum severity severity)
{
	if (problem_table[problem].severity != SEVERITY_ERROR || severity == SEVERITY_ERROR ||
	    problem_is_lint(problem))
		return true;
	return problem == Z_OUT_OF_ZONE && severity != SEVERITY_OFF;
}
