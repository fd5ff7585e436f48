#!/bin/sh
# What `zonepp completion SHELL` prints completes command lines, in bash, zsh and fish themselves.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

mkdir -p "$tmp/project/zones" "$tmp/project/certs"
cd "$tmp/project" || exit 2
cat >zonepp.yaml <<'YAML'
certificates:
  mail: { current: certs/mail.pem }
  web: { current: certs/web.pem, next: certs/web-next.pem }
zones:
  example.org:
  example.net:
  www.example.com:
YAML
mkdir "$tmp/other"
printf 'zones: { other.example: }\n' >"$tmp/other/zonepp.yaml"
: >exhibit.zone

for shell in bash zsh fish; do
	zonepp completion $shell >"$tmp/zonepp.$shell"
done

# in_bash WANTED WORD...: the answers for the last word, in one line; the words are split as bash
# splits them
in_bash() {
	wanted=$1
	shift
	answers=$(bash -c '
		. "$0"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_zonepp
		printf "%s\n" "${COMPREPLY[@]}"' "$tmp/zonepp.bash" "$@" 2>&1 | sort | tr '\n' ' ')
	printf 'wanted: %s\nsaid:   %s\n' "$wanted" "$answers"
	[ "$answers" = "$wanted${wanted:+ }" ] || [ "$answers" = "$wanted " ]
}
ok 'bash: the script is whole' bash -n "$tmp/zonepp.bash"
ok 'bash: shellcheck has nothing to say' shellcheck "$tmp/zonepp.bash"
ok 'bash: verbs' in_bash 'verify version' zonepp ver
ok 'bash: a verb of two words, the first' in_bash keys zonepp ke
ok 'bash: and the second' in_bash 'ds generate list request roll set sign' zonepp keys ''
ok 'bash: verbs behind help' in_bash print zonepp help pri
ok 'bash: and their second words' in_bash 'request roll' zonepp help keys r
ok 'bash: options' in_bash '--project= --prove' zonepp check --pro
ok 'bash: options of two words' in_bash --missing zonepp keys generate --m
ok 'bash: zones' in_bash 'example.net example.org' zonepp build exa
ok 'bash: more zones' in_bash 'example.net example.org' zonepp build www.example.com exa
ok 'bash: zones behind two words' in_bash www.example.com zonepp keys ds w
ok 'bash: zones and files' in_bash 'example.net example.org exhibit.zone' zonepp check ex
ok 'bash: files alone' in_bash exhibit.zone zonepp sign ex
ok 'bash: certificates' in_bash 'mail web' zonepp roll ''
ok 'bash: of an option' in_bash mail zonepp roll --gate = m
ok 'bash: behind = itself' in_bash 'mail web' zonepp roll --gate =
ok 'bash: behind a blank' in_bash web zonepp roll --gate w
ok 'bash: words' in_bash 'auto' zonepp sign --serial = a
ok 'bash: words that may be left out' in_bash 'sha384 sha512' zonepp sign --zonemd = ''
ok 'bash: and were' in_bash 'exhibit.zone' zonepp sign --zonemd ex
ok 'bash: codes' in_bash 'S095 S096 S097 S098 S099' zonepp build --force S09
ok 'bash: formats' in_bash 'gcc github gitlab' zonepp build --format = g
ok 'bash: problems' in_bash 'Z040 Z041 Z042 Z043 Z044 Z045 Z046 Z047 Z048' zonepp explain Z04
ok 'bash: algorithms' in_bash 'ED25519 ED448' zonepp keys generate -a ED
ok 'bash: folders' in_bash 'certs' zonepp build -C c
export ZONE_VARIABLE=1
ok 'bash: variables' in_bash ZONE_VARIABLE zonepp build --secret = ZONE_VAR
ok 'bash: shells' in_bash 'bash' zonepp completion b
ok 'bash: the project of another folder' in_bash other.example zonepp build -C ../other ''
ok 'bash: the project of another file' \
	in_bash other.example zonepp build --project = ../other/zonepp.yaml o
ok 'bash: a number is not guessed' in_bash '' zonepp build -j ''
mkdir "$tmp/none"
ok 'bash: no project' in_bash '' zonepp build -C ../none ''

# What is called so is offered by its name, and does not run.
mkdir "$tmp/hostile"
cat >"$tmp/hostile/zonepp.yaml" <<'YAML'
zones: { '$(touch${IFS}pwned).example': , '`touch${IFS}pwned`.example': , 'a;b.example': }
YAML
cd "$tmp/hostile" || exit 2
untouched() {
	in_bash "$@" && [ ! -e pwned ]
}
ok 'bash: names of strangers are quoted' untouched 'a\\\;b.example' zonepp build a
# shellcheck disable=SC2016 # not to be expanded, that is the point
ok 'bash: and not run' untouched \
	'\\\$\\\(touch\\\$\{IFS\}pwned\\\).example \`touch\\\$\{IFS\}pwned\`.example a\\\;b.example' \
	zonepp build ''
cd "$tmp/project" || exit 2

# In zsh itself, on a terminal: what one tab makes of a line. It is typed when zsh has said that it
# reads keys.
mkdir "$tmp/zsh"
cat >"$tmp/zsh/.zshrc" <<'ZSH'
PS1= PROMPT_EOL_MARK=
fpath=("$FUNCTIONS" $fpath)
autoload -Uz compinit && compinit -D -u
[[ -z $SCRIPT ]] || . "$SCRIPT"
bindkey -e
zle-line-init() { print -rn -- "ready" }
show() { print -r -- "[[$BUFFER]]" }
zle -N zle-line-init
zle -N show
bindkey ^X show
ZSH
script=$tmp/zonepp.zsh
mkdir "$tmp/functions"
in_zsh() { # in_zsh WANTED TYPED
	# shellcheck disable=SC2016 # that is for zsh
	TERM=dumb ZDOTDIR=$tmp/zsh SCRIPT=$script FUNCTIONS=$tmp/functions timeout 60 zsh -f -c '
		zmodload zsh/zpty
		zpty line zsh -d -i
		zpty -r line said "*ready*"
		zpty -w -n line "$2"$'\''\t\x18'\''
		zpty -r line said "*]]*"
		print -r -- "${said//$'\''\r'\''/}"
		[[ $said == *"[[$1]]"* ]]' zsh "$1" "$2"
}
if command -v zsh >/dev/null; then
	ok 'zsh: the script is whole' zsh -n "$tmp/zonepp.zsh"
	ok 'zsh: a verb' in_zsh 'zonepp build ' 'zonepp bu'
	ok 'zsh: a verb of two words' in_zsh 'zonepp keys generate ' 'zonepp keys g'
	ok 'zsh: a verb behind help' in_zsh 'zonepp help keys roll ' 'zonepp help keys ro'
	ok 'zsh: an option' in_zsh 'zonepp check --werror ' 'zonepp check --we'
	ok 'zsh: a zone' in_zsh 'zonepp build www.example.com ' 'zonepp build w'
	ok 'zsh: a zone behind two words' in_zsh 'zonepp keys ds www.example.com ' 'zonepp keys ds w'
	ok 'zsh: a file where zones may stand' in_zsh 'zonepp check exhibit.zone ' 'zonepp check exh'
	ok 'zsh: a certificate' in_zsh 'zonepp roll --gate=mail ' 'zonepp roll --gate=m'
	ok 'zsh: a word' in_zsh 'zonepp sign --serial=unixtime ' 'zonepp sign --serial=u'
	ok 'zsh: a word that may be left out' in_zsh 'zonepp sign --cds=delete ' 'zonepp sign --cds=d'
	ok 'zsh: the project of another folder' \
		in_zsh 'zonepp build -C ../other other.example ' 'zonepp build -C ../other o'
	cp "$script" "$tmp/functions/_zonepp"
	script=''
	ok 'zsh: installed, a verb' in_zsh 'zonepp build ' 'zonepp bu'
	ok 'zsh: installed, a zone' in_zsh 'zonepp build www.example.com ' 'zonepp build w'
else
	ok 'zsh # SKIP no zsh' true
fi

in_fish() { # in_fish WANTED TYPED: the answers, in one line
	# shellcheck disable=SC2016 # $argv is that of fish
	answers=$(HOME=$tmp fish --no-config -c '. $argv[1]; complete -C $argv[2]' \
		"$tmp/zonepp.fish" "$2" 2>&1 | cut -f 1 | sort | tr '\n' ' ')
	printf 'wanted: %s\nsaid:   %s\n' "$1" "$answers"
	[ "$answers" = "$1${1:+ }" ]
}
if command -v fish >/dev/null; then
	ok 'fish: the script is whole' fish --no-execute "$tmp/zonepp.fish"
	ok 'fish: verbs' in_fish 'verify version' 'zonepp ver'
	ok 'fish: a verb of two words' in_fish 'ds generate list request roll set sign' 'zonepp keys '
	ok 'fish: verbs behind help' in_fish 'request roll' 'zonepp help keys r'
	ok 'fish: options' in_fish '--project --prove' 'zonepp check --pro'
	ok 'fish: zones' in_fish 'example.net example.org' 'zonepp build exa'
	ok 'fish: zones behind two words' in_fish 'www.example.com' 'zonepp keys ds w'
	ok 'fish: zones and files' in_fish 'example.net example.org exhibit.zone' 'zonepp check ex'
	ok 'fish: certificates' in_fish 'mail web' 'zonepp roll '
	ok 'fish: of an option' in_fish '--gate=mail' 'zonepp roll --gate=m'
	ok 'fish: words' in_fish 'auto' 'zonepp sign --serial a'
	ok 'fish: words that may be left out' in_fish '--cds=delete' 'zonepp sign --cds=d'
	ok 'fish: no files where zones stand' in_fish '' 'zonepp build exh'
	ok 'fish: the project of another folder' in_fish other.example 'zonepp build -C ../other o'
else
	ok 'fish # SKIP no fish' true
fi

# Where shells look for them.
installs() {
	make -C "$top" install -o "$1/zonepp" B="$1" prefix=/usr DESTDIR="$tmp/root" >/dev/null &&
		cmp "$tmp/zonepp.bash" "$tmp/root/usr/share/bash-completion/completions/zonepp" &&
		cmp "$tmp/zonepp.zsh" "$tmp/root/usr/share/zsh/site-functions/_zonepp" &&
		cmp "$tmp/zonepp.fish" "$tmp/root/usr/share/fish/vendor_completions.d/zonepp.fish" &&
		make -C "$top" uninstall prefix=/usr DESTDIR="$tmp/root" >/dev/null &&
		[ -z "$(find "$tmp/root" -type f)" ]
}
built=$(dirname "$(command -v zonepp)")
if [ -e "$built/flags" ]; then
	ok 'make install puts them where shells look' installs "$built"
fi
plan
