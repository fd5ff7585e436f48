#include "base/problem.h"

#include <string.h>

#define PROBLEM_ROW(name, code, severity, status, what, law, remedy)                               \
	[name] = {code, SEVERITY_##severity, status, what, law, remedy},

const struct problem_info problem_table[N_PROBLEMS] = {PROBLEMS(PROBLEM_ROW)};

bool
problem_is_lint(enum problem problem)
{
	const char *code = problem_table[problem].code;

	return (strncmp(code, "D1", 2) == 0 && code[2] < '4') ||
	       (strncmp(code, "Z0", 2) == 0 && code[2] >= '5');
}
