#include "completion.h"

/* Names that are offered may be a stranger's: they are compared and quoted, and never expanded as
 * `compgen -W` would do. Where = is a word break, bash makes three words of --zone=NAME. */
static const char engine[] =
    "_zonepp_offer() # _zonepp_offer WORD...: those that go on from what is written\n"
    "{\n"
    "	local word\n"
    "\n"
    "	for word; do\n"
    "		[[ $word == \"$current\"* ]] && COMPREPLY+=(\"$before$word\")\n"
    "	done\n"
    "}\n"
    "\n"
    "_zonepp_list() # _zonepp_list [OPTION]: names of the project that the line means\n"
    "{\n"
    "	local name\n"
    "\n"
    "	while IFS=$'\\t' read -r name _; do\n"
    "		[[ $name == \"$current\"* ]] || continue\n"
    "		printf -v name %q \"$name\"\n"
    "		COMPREPLY+=(\"$before$name\")\n"
    "	done < <(command zonepp list \"${project[@]}\" \"$@\" 2>/dev/null)\n"
    "}\n"
    "\n"
    "_zonepp_paths() # _zonepp_paths -f|-d\n"
    "{\n"
    "	local path\n"
    "\n"
    "	compopt -o filenames 2>/dev/null\n"
    "	while IFS= read -r path; do\n"
    "		COMPREPLY+=(\"$before$path\")\n"
    "	done < <(compgen \"$1\" -- \"$current\")\n"
    "}\n"
    "\n"
    "_zonepp_kind() # _zonepp_kind KIND\n"
    "{\n"
    "	case $1 in\n"
    "	files) _zonepp_paths -f ;;\n"
    "	folders) _zonepp_paths -d ;;\n"
    "	zones) _zonepp_list ;;\n"
    "	certificates) _zonepp_list --certificates ;;\n"
    "	variables) mapfile -t words < <(compgen -e) && _zonepp_offer \"${words[@]}\" ;;\n"
    "	verbs) _zonepp_verbs \"${line[*]:1:last-1}\" ;;\n"
    "	esac\n"
    "}\n"
    "\n"
    "_zonepp_read() # the line up to the cursor, into line and project\n"
    "{\n"
    "	local i word n=-1 glue=''\n"
    "\n"
    "	for ((i = 1; i <= COMP_CWORD; i++)); do\n"
    "		word=${COMP_WORDS[i]}\n"
    "		if [[ $word == = && $n -ge 0 && ${line[n]} == --* ]]; then\n"
    "			line[n]+='='\n"
    "			glue=y\n"
    "		elif [[ $glue ]]; then\n"
    "			line[n]+=$word\n"
    "			glue=''\n"
    "		else\n"
    "			line[++n]=$word\n"
    "		fi\n"
    "	done\n"
    "	for ((i = 1; i < n; i++)); do\n"
    "		case ${line[i]} in\n"
    "		-C | -p) project+=(\"${line[i]}${line[++i]/#\\~/$HOME}\") ;;\n"
    "		-C?* | -p?* | --directory=* | --project=*) project+=(\"${line[i]}\") ;;\n"
    "		--directory | --project) project+=(\"${line[i]}=${line[++i]/#\\~/$HOME}\") ;;\n"
    "		esac\n"
    "	done\n"
    "	last=$n\n"
    "}\n"
    "\n"
    "_zonepp()\n"
    "{\n"
    "	local current before='' verb option='' kind first=1 last\n"
    "	local -a line=() project=() options=() letters=() kinds=() words=()\n"
    "\n"
    "	COMPREPLY=()\n"
    "	_zonepp_read\n"
    "	current=${line[last]}\n"
    "	if ((last == 0)) || { ((last == 1)) && _zonepp_is_pair \"${line[0]}\"; }; then\n"
    "		((last == 0)) || verb=${line[0]}\n"
    "		_zonepp_verbs \"$verb\"\n"
    "		return\n"
    "	fi\n"
    "	verb=${line[0]}\n"
    "	_zonepp_is_pair \"$verb\" && verb+=\" ${line[1]}\" && first=2\n"
    "	_zonepp_takes \"$verb\" ''\n"
    "	if [[ $current == --*=* ]]; then\n"
    "		option=${current%%=*}\n"
    "		current=${current#*=}\n"
    "		[[ $COMP_WORDBREAKS == *=* ]] || before=$option=\n"
    "	elif ((last > first)); then\n"
    "		for kind in \"${options[@]}\" \"${letters[@]}\"; do\n"
    "			[[ $kind == \"${line[last - 1]}=\" ]] && option=${line[last - 1]}\n"
    "		done\n"
    "	fi\n"
    "	if [[ ! $option && $current == -* ]]; then\n"
    "		_zonepp_offer \"${options[@]}\"\n"
    "		[[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null\n"
    "		return\n"
    "	fi\n"
    "	_zonepp_takes \"$verb\" \"$option\"\n"
    "	_zonepp_offer \"${words[@]}\"\n"
    "	for kind in \"${kinds[@]}\"; do\n"
    "		_zonepp_kind \"$kind\"\n"
    "	done\n"
    "}\n"
    "\n"
    "complete -F _zonepp zonepp\n";

/* What may stand at one place. */
static void
put_completion(struct arena *a, struct buf *out, const char *placeholder)
{
	struct completion completion = completion_of(a, placeholder);

	buf_puts(out, "kinds=(");
	for (int i = 0; i < N_COMPLETION_KINDS; i++)
		if (completion.may_be[i])
			buf_printf(out, " %s", completion_kind_names[i]);
	buf_printf(out, " ) words=(%s ) ;;\n", completion.words);
}

static bool
is_required(const struct cmd_option *option)
{
	return option->argument && *option->argument != '[';
}

static void
put_verb(struct arena *a, struct buf *out, const struct verb *verb)
{
	const struct cmd_option *option;

	buf_printf(out, "	'%s')\n		options=(", verb->name);
	for (size_t i = 0; (option = cmd_option_at(verb, i)); i++)
		buf_printf(out, " --%s%s", option->name, is_required(option) ? "=" : "");
	buf_puts(out, " )\n		letters=(");
	for (size_t i = 0; (option = cmd_option_at(verb, i)); i++)
		if (option->letter && is_required(option))
			buf_printf(out, " -%c=", option->letter);
	buf_puts(out, " )\n		case $2 in\n");
	for (size_t i = 0; (option = cmd_option_at(verb, i)); i++) {
		if (!option->argument)
			continue;
		buf_puts(out, "		");
		if (option->letter)
			buf_printf(out, "-%c | ", option->letter);
		buf_printf(out, "--%s) ", option->name);
		put_completion(a, out, option->argument);
	}
	buf_puts(out, "		'') ");
	put_completion(a, out, verb->arguments);
	buf_puts(out, "		esac ;;\n");
}

static void
put_word(struct buf *out, const char *word, const char *summary)
{
	(void)summary;
	buf_printf(out, " %s", word);
}

static void
put_words_of_verbs(struct arena *a, struct buf *out)
{
	const char *group;

	buf_puts(out, "_zonepp_verbs() # _zonepp_verbs FIRST: words behind that one of a verb\n{\n"
		      "	case $1 in\n	'') _zonepp_offer");
	completion_words(a, out, NULL, put_word);
	buf_puts(out, " ;;\n");
	for (const struct verb *const *verb = verbs; *verb; verb++) {
		if (!(group = completion_group(a, verb)))
			continue;
		buf_printf(out, "	%s) _zonepp_offer", group);
		completion_words(a, out, group, put_word);
		buf_puts(out, " ;;\n");
	}
	buf_puts(out, "	esac\n}\n\n");
}

static void
put_pairs(struct arena *a, struct buf *out)
{
	const char *group;

	buf_puts(out, "_zonepp_is_pair() # _zonepp_is_pair FIRST: is there a second word?\n{\n"
		      "	case $1 in\n");
	for (const struct verb *const *verb = verbs; *verb; verb++)
		if ((group = completion_group(a, verb)))
			buf_printf(out, "	%s) return 0 ;;\n", group);
	buf_puts(out, "	esac\n	return 1\n}\n\n");
}

void
completion_bash(struct arena *a, struct buf *out)
{
	buf_puts(out,
	    "# Completes command lines of zonepp in bash: made by `zonepp completion bash`.\n"
	    "# shellcheck shell=bash disable=SC2034\n\n"
	    "_zonepp_takes() # _zonepp_takes VERB OPTION: what it and its option may be "
	    "given\n{\n	case $1 in\n");
	for (const struct verb *const *verb = verbs; *verb; verb++)
		put_verb(a, out, *verb);
	buf_puts(out, "	esac\n}\n\n");
	put_words_of_verbs(a, out);
	put_pairs(a, out);
	buf_puts(out, engine);
}
