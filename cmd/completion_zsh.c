#include "completion.h"

/* `words` and CURRENT are the line and the cursor in it, as compsys has them. */
static const char engine[] =
    "_zonepp_list() { # _zonepp_list [OPTION]: names of the project that the line means\n"
    "	local -a project names\n"
    "	local -i i\n"
    "\n"
    "	for ((i = 2; i < CURRENT; i++)); do\n"
    "		case $words[i] in\n"
    "		(-C|-p) project+=($words[i]${(Q)words[++i]/#\\~/$HOME}) ;;\n"
    "		(--directory|--project) project+=($words[i]=${(Q)words[++i]/#\\~/$HOME}) ;;\n"
    "		(-C?*|-p?*|--directory=*|--project=*) project+=(${(Q)words[i]}) ;;\n"
    "		esac\n"
    "	done\n"
    "	names=(${${(f)\"$(command zonepp list $project $@ 2>/dev/null)\"}%%$'\\t'*})\n"
    "	compadd -a names\n"
    "}\n"
    "_zonepp_zones() { _zonepp_list }\n"
    "_zonepp_certificates() { _zonepp_list --certificates }\n"
    "_zonepp_files() { _files }\n"
    "_zonepp_folders() { _files -/ }\n"
    "_zonepp_variables() { compadd -- ${(k)parameters[(R)*export*]} }\n"
    "_zonepp_any() { # _zonepp_any KIND...\n"
    "	local kind\n"
    "	local -i ret=1\n"
    "\n"
    "	for kind; do\n"
    "		_zonepp_$kind && ret=0\n"
    "	done\n"
    "	return ret\n"
    "}\n"
    "\n";

/* Within a pair of single quotes, where _arguments and _describe read on. */
static void
put_help(struct buf *out, const char *text)
{
	struct buf escaped = {0};

	completion_escape(&escaped, text, "[]:\\");
	buf_putc(&escaped, '\0');
	for (const char *p = escaped.data; *p; p++)
		if (*p == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, *p);
	buf_free(&escaped);
}

/* `:what:action` of what may stand at one place. */
static void
put_completion(struct arena *a, struct buf *out, const char *placeholder)
{
	struct completion completion = completion_of(a, placeholder);

	buf_putc(out, ':');
	put_help(out, placeholder + strspn(placeholder, "[="));
	buf_putc(out, ':');
	if (*completion.words) {
		buf_printf(out, "(%s)", completion.words + 1);
		return;
	}
	buf_puts(out, " _zonepp_any");
	for (int i = 0; i < N_COMPLETION_KINDS; i++)
		if (completion.may_be[i])
			buf_printf(out, " %s", completion_kind_names[i]);
}

static void
put_option(struct arena *a, struct buf *out, const struct cmd_option *option)
{
	bool optional = option->argument && *option->argument == '[';

	buf_puts(out, " \\\n			");
	if (option->letter)
		buf_printf(out, "'*'{-%c%s,--%s%s}'", option->letter, option->argument ? "+" : "",
		    option->name, option->argument ? "=" : "");
	else
		buf_printf(out, "'*--%s%s", option->name,
		    optional           ? "=-"
		    : option->argument ? "="
				       : "");
	buf_putc(out, '[');
	put_help(out, option->help);
	buf_putc(out, ']');
	if (optional)
		buf_putc(out, ':');
	if (option->argument)
		put_completion(a, out, option->argument);
	buf_putc(out, '\'');
}

static void
put_verb(struct arena *a, struct buf *out, const struct verb *verb)
{
	const struct cmd_option *option;

	buf_printf(out, "	('%s')\n		_arguments -S :", verb->name);
	for (size_t i = 0; (option = cmd_option_at(verb, i)); i++)
		put_option(a, out, option);
	if (*verb->arguments) {
		buf_puts(out, " \\\n			'*");
		put_completion(a, out, verb->arguments);
		buf_putc(out, '\'');
	}
	buf_puts(out, " ;;\n");
}

static void
put_word(struct buf *out, const char *word, const char *summary)
{
	buf_printf(out, " \\\n			'%s:", word);
	put_help(out, summary);
	buf_putc(out, '\'');
}

static void
put_words_of_verbs(struct arena *a, struct buf *out)
{
	const char *group;

	buf_puts(out, "_zonepp_words() { # _zonepp_words FIRST: words behind that one of a verb\n"
		      "	local -a verbs\n\n	case $1 in\n	('') verbs=(");
	completion_words(a, out, NULL, put_word);
	buf_puts(out, ") ;;\n");
	for (const struct verb *const *verb = verbs; *verb; verb++) {
		if (!(group = completion_group(a, verb)))
			continue;
		buf_printf(out, "	(%s) verbs=(", group);
		completion_words(a, out, group, put_word);
		buf_puts(out, ") ;;\n");
	}
	buf_puts(out, "	esac\n	_describe -V command verbs\n}\n"
		      "_zonepp_verbs() { _zonepp_words $words[2,CURRENT-1] }\n\n");
}

static void
put_entry(struct arena *a, struct buf *out)
{
	const char *group;

	buf_puts(out, "_zonepp() {\n"
		      "	local verb=$words[2]\n"
		      "\n"
		      "	if ((CURRENT == 2)); then\n"
		      "		_zonepp_words\n"
		      "		return\n"
		      "	fi\n"
		      "	case $verb in\n");
	for (const struct verb *const *verb = verbs; *verb; verb++)
		if ((group = completion_group(a, verb)))
			buf_printf(out,
			    "	(%s)\n"
			    "		if ((CURRENT == 3)); then\n"
			    "			_zonepp_words %s\n"
			    "			return\n"
			    "		fi\n"
			    "		verb+=\" $words[3]\"\n"
			    "		shift words\n"
			    "		((CURRENT--)) ;;\n",
			    group, group);
	buf_puts(out, "	esac\n"
		      "	shift words\n"
		      "	((CURRENT--))\n"
		      "	case $verb in\n");
	for (const struct verb *const *verb = verbs; *verb; verb++)
		put_verb(a, out, *verb);
	buf_puts(out, "	esac\n}\n\n");
}

void
completion_zsh(struct arena *a, struct buf *out)
{
	buf_puts(out,
	    "#compdef zonepp\n"
	    "# Completes command lines of zonepp in zsh: made by `zonepp completion zsh`.\n\n");
	buf_puts(out, engine);
	put_words_of_verbs(a, out);
	put_entry(a, out);
	buf_puts(out, "if [[ $funcstack[1] == _zonepp ]]; then\n	_zonepp \"$@\"\nelse\n"
		      "	compdef _zonepp zonepp\nfi\n");
}
