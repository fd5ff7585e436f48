#!/bin/sh
# GNU make and zonepp: the GNUmakefile of the README, the rules that -MD and -MF write, a pattern
# rule, and the jobserver.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"
unset MAKEFLAGS MAKELEVEL MFLAGS
unset MAKEOVERRIDES MAKE_TERMOUT MAKE_TERMERR

dns=$tmp/dns
mkdir -p "$dns/zones" "$dns/certs"
cd "$dns" || exit 2

of_readme() { # of_readme LANGUAGE: the first example in that language
	awk -v fence="\`\`\`$1" '$0 == fence { on = 1; next } on && /^```/ { exit } on' \
		"$top/README.md"
}
renew() { # renew NAME: a certificate
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
		-subj "/CN=$1.example" -addext "subjectAltName=DNS:mail.$1.example" \
		-keyout "$tmp/key" -out "certs/$1.pem" 2>/dev/null
}
zone() { # zone NAME: a zone with that certificate
	cat >"zones/$1.example.zone" <<-ZONE
	\$ORIGIN $1.example.
	\$TTL 1h
	@	SOA	ns1 hostmaster 1 4h 30m 1w 10m
	@	NS	ns1
	ns1	A	192.0.2.53
	mail	A	192.0.2.25
	\$TLSA _25._tcp.mail ../certs/$1.pem
	ZONE
	renew "$1"
	zonepp keys generate "$1.example" >/dev/null
}
touched() { touch -d 'now + 2 minutes' "$1"; }
settle() { # nothing is newer than what make has made
	find . -type f ! -path './.zonepp/made*' -exec touch -d 'now - 2 minutes' {} +
}

printf 'zones:\n  one.example:\n  two.example:\n' >zonepp.yaml
of_readme make >GNUmakefile
zone one
zone two

ok 'the README has a GNUmakefile of six lines' prints 6 grep -c . GNUmakefile
ok 'it builds a new project' says '2 zones: 2 changed' make zones
ok 'with the options of BUILDFLAGS' \
	says 'zonepp build --locked -MF' make -n -B BUILDFLAGS=--locked zones
settle
ok 'and then has nothing to do' says 'Nothing to be done' make zones
touched certs/one.pem
ok 'a touched certificate builds' says '2 zones: 0 changed' make zones
settle
ok 'once' says 'Nothing to be done' make zones
SOURCE_DATE_EPOCH=$(date -ud 'now + 12 days' +%s)
export SOURCE_DATE_EPOCH
ok 'when signatures are due, both are built' says '2 zones: 2 changed' make zones
settle
ok 'and then not' says 'Nothing to be done' make zones
renew one
touched certs/one.pem
ok 'a new one changes its zone' says '2 zones: 1 changed' make zones
settle
# shellcheck disable=SC2016 # it is a directive
printf '$INCLUDE more\n' >>zones/two.example.zone
echo 'www A 192.0.2.80' >zones/more
touched zones/two.example.zone
ok 'a template does' says '2 zones: 1 changed' make zones
settle
echo 'web A 192.0.2.81' >>zones/more
touched zones/more
ok 'so does what it includes' says '2 zones: 1 changed' make zones
settle
rm zones/more
sed -i '/INCLUDE/d' zones/two.example.zone
ok 'a file that is gone does not stop make' says '2 zones: 1 changed' make zones
settle
ok 'and is forgotten' says 'Nothing to be done' make zones
echo 'bad A 192.0.2.256' >>zones/one.example.zone
touched zones/one.example.zone
ok 'what fails fails with make' refuses make zones
ok 'each time' refuses make zones
sed -i '/bad/d' zones/one.example.zone
ok 'until it is mended' make zones

# --- Names that make would take apart ---

# shellcheck disable=SC2016 # it is a name
odd='odd #1 of $HOME: 100%*[x].pem'
cp certs/one.pem "certs/$odd"
sed -i "s|../certs/one.pem|\"../certs/$odd\"|" zones/one.example.zone
printf 'all: public/one.example.zone\npublic/one.example.zone:\n\t@echo made\n' >odd.mk
echo '-include odd.d' >>odd.mk
ok 'a path is written as make reads it' zonepp build -MF odd.d one.example
touch public/one.example.zone
settle
touched public/one.example.zone
ok 'it is found' says 'Nothing to be done' make -f odd.mk
touch -d 'now + 4 minutes' "certs/$odd"
ok 'and looked at' says made make -f odd.mk
rm "certs/$odd"
ok 'and may be gone' says made make -f odd.mk
# shellcheck disable=SC2016 # it is a directive
sed -i 's|^$TLSA.*|$TLSA _25._tcp.mail ../certs/one.pem|' zones/one.example.zone
rm odd.mk odd.d

# --- A pattern rule ---

cat >pattern.mk <<'MAKE'
zones := $(patsubst zones/%,public/%,$(wildcard zones/*.zone))
all: $(zones)
public/%.zone: zones/%.zone
	zonepp build -o $@ -MD $<
-include .zonepp/*.d
MAKE
rm -rf public
ok 'a pattern rule builds each zone by itself' says '1 zone: 1 changed' make -j2 -f pattern.mk
settle
touched public/one.example.zone
touched public/two.example.zone
ok 'and then none' says 'Nothing to be done' make -f pattern.mk
touch -d 'now + 4 minutes' certs/two.pem
ok 'a certificate builds its zone' says 'two.example: ' make -f pattern.mk
ok 'and no other' refuses grep one.example: "$tmp/output"

# --- The jobserver ---

# count: the tokens that are left, which stay
cat >"$tmp/count" <<'PERL'
use Fcntl;
my ($auth) = $ENV{MAKEFLAGS} =~ /--jobserver-auth=(\S+)/ or die "no jobserver\n";
my ($from, $to) = $auth =~ /^fifo:(.*)/ ? ($1, $1) : map { "/proc/self/fd/$_" } split /,/, $auth;
sysopen my $in, $from, O_RDONLY | O_NONBLOCK or die "$from: $!\n";
sysopen my $out, $to, O_WRONLY or die "$to: $!\n";
my $all = '';
while (sysread $in, my $c, 1) { $all .= $c }
syswrite $out, $all;
printf "%s: %d tokens\n", $ARGV[0], length $all;
PERL
cat >jobs.mk <<MAKE
all:
	+@perl $tmp/count ahead
	+-@zonepp build \$(OPTIONS) >/dev/null
	+@perl $tmp/count behind
MAKE
sed -i '/^hooks/d' zonepp.yaml
echo "hooks: { changed: [sh, hook] }" >>zonepp.yaml
change() { # change COMMAND: the hook runs, and then COMMAND
	echo "perl $tmp/count inside; $1" >hook
	echo "; $1" >>zones/one.example.zone
	echo "h$n A 192.0.2.1" >>zones/one.example.zone
}
used=$(($(nproc) - 1))
[ $used -lt 4 ] || used=4
jobs() { # jobs INSIDE BEHIND COMMAND...: 4 tokens are free ahead
	inside=$1 behind=$2
	shift 2
	"$@" >"$tmp/jobs" 2>&1
	cat "$tmp/jobs"
	grep -qx 'ahead: 4 tokens' "$tmp/jobs" && grep -qx "inside: $inside tokens" "$tmp/jobs" &&
		grep -qx "behind: $behind tokens" "$tmp/jobs" && ! grep INTERNAL "$tmp/jobs"
}
change true
ok 'threads beyond the first take tokens, and give them back' \
	jobs $((4 - used)) 4 make -j5 -f jobs.mk
change true
ok 'with -j of its own it takes none' jobs 4 4 make -j5 -f jobs.mk OPTIONS=-j3
cat >start <<'SH'
echo $$ >pid
exec env --default-signal=INT zonepp build
SH
sed -i 's|+-@.*|+-@sh start >/dev/null|' jobs.mk
for signal in TERM INT; do
	change "kill -$signal \$(cat pid); exec sleep 60"
	ok "$signal ends it, and it gives them back" jobs $((4 - used)) 4 make -j5 -f jobs.mk
done
rm hook
sed -i '/^hooks/d' zonepp.yaml
cat >jobs.mk <<'MAKE'
all:
	@zonepp build
MAKE
ok 'without + there is no jobserver, and it builds all the same' \
	says '2 zones: ' make -j5 -f jobs.mk

plan
