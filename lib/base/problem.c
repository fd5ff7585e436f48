#include "base/problem.h"

#define PROBLEM_ROW(name, code, severity, status, what, law, remedy)                               \
	[name] = {code, SEVERITY_##severity, status, what, law, remedy},

const struct problem_info problem_table[N_PROBLEMS] = {PROBLEMS(PROBLEM_ROW)};
