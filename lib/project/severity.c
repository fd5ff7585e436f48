#include "project/severity.h"

#include "project/mapping.h"

const struct yaml_choice severity_choices[] = {
    {"error", SEVERITY_ERROR},
    {"warning", SEVERITY_WARNING},
    {"note", SEVERITY_NOTE},
    {"off", SEVERITY_OFF},
    {NULL, 0},
};

static int
read_code(struct diags *diags, const struct yaml_node *node, enum problem *out)
{
	const char *known[N_PROBLEMS + 1] = {NULL}, *nearest;

	for (int i = 0; i < N_PROBLEMS; i++) {
		known[i] = problem_table[i].code;
		*out = (enum problem)i;
		if (text_is(node->key, known[i]))
			return 0;
	}
	nearest = diag_nearest(node->key, known);
	diag_add(diags, node->key_pos, P_KEY,
	    nearest ? "severity: no problem has the code \"%s\"; did you mean \"%s\"?"
		    : "severity: no problem has the code \"%s\"",
	    node->key.data, nearest);
	diag_fix(diags, node->key_pos, node->key, nearest);
	return -1;
}

static int
read_severity(struct diags *diags, const struct yaml_node *node, enum severity *out)
{
	const struct yaml_choice *choice = severity_choices;

	for (; node->kind == YAML_SCALAR && choice->name; choice++) {
		*out = (enum severity)choice->value;
		if (text_is(node->text, choice->name))
			return 0;
	}
	return diag_error(diags, node->pos, node->kind == YAML_SCALAR ? P_VALUE : P_TYPE,
	    "severity: %s wants error, warning, note or off", node->key.data);
}

static void
read_one(struct diags *diags, const struct yaml_node *node, int8_t *severities)
{
	enum problem problem;
	enum severity severity;

	if (read_code(diags, node, &problem) < 0 || read_severity(diags, node, &severity) < 0)
		return;
	if (!problem_may_be(problem, severity))
		diag_add(diags, node->pos, P_VALUE,
		    problem == Z_OUT_OF_ZONE
			? "severity: %s may be error, warning or note: records are not left out "
			  "without a word"
			: "severity: %s stays an error, or what is wrong would pass",
		    node->key.data);
	else
		severities[problem] = (int8_t)severity;
}

const int8_t *
severity_read(struct diags *diags, const struct yaml_node *mapping)
{
	int8_t *severities = arena_alloc(&diags->arena, N_PROBLEMS * sizeof(*severities));

	for (int i = 0; i < N_PROBLEMS; i++)
		severities[i] = (int8_t)problem_table[i].severity;
	for (const struct yaml_node *node = mapping->first; node; node = node->next)
		read_one(diags, node, severities);
	return severities;
}
