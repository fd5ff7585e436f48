#!/bin/sh
# What `zonepp expand` writes is a plain zone file: BIND, NSD and Knot load it, and BIND and NSD read
# the records that `zonepp print` makes of the template.
# shellcheck disable=SC2016 # dollars of directives
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

mkdir -p "$tmp/zone/sub"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tmp/key" \
	-subj /CN=mail.example.org -days 90 -out "$tmp/zone/mail.pem" 2>/dev/null

normal() { # one blank between fields, sorted
	tr -s '\t ' ' ' | sort
}
bind_reads() { # bind_reads FILE: its records
	named-compilezone -i none -k ignore -n ignore -m ignore -M ignore -r ignore -S ignore \
		-s full -o "$tmp/bind.out" example.org "$1" >"$tmp/bind.log" 2>&1 ||
		{ cat "$tmp/bind.log" >&2; return 1; }
	cat "$tmp/bind.out"
}
same_as_print() { # BIND reads in the expanded text what zonepp reads in the template
	rm -f "$tmp/template"
	zonepp print --zone example.org -o "$tmp/printed" "$tmp/zone/a.zone" &&
		bind_reads "$tmp/printed" | normal >"$tmp/template"
	[ -s "$tmp/template" ] && bind_reads "$tmp/expanded" | normal | diff -u "$tmp/template" -
}
same_as_bind() { # ... and what BIND reads in the template
	(cd "$tmp/zone" && bind_reads a.zone) | normal >"$tmp/template"
	[ -s "$tmp/template" ] && bind_reads "$tmp/expanded" | normal | diff -u "$tmp/template" -
}
plain() { # only what every server knows is left of the directives
	! grep -i '^\$' "$tmp/expanded" | grep -viE '^\$(ORIGIN|TTL)[[:blank:]]'
}
nsd_loads() { # ... and reads in it the records of print
	PATH="$PATH:/usr/sbin" nsd-checkzone -p example.org "$tmp/expanded" >"$tmp/nsd.out" 2>&1 ||
		{ cat "$tmp/nsd.out" >&2; return 1; }
	bind_reads "$tmp/printed" | normal >"$tmp/template"
	[ -s "$tmp/template" ] && bind_reads "$tmp/nsd.out" | normal | diff -u "$tmp/template" -
}
expands() { # expands WHAT [same_as_bind]: the template on standard input
	{
		printf '%s\n' '@ 60 SOA ns hostmaster 1 7200 3600 1209600 300' '@ NS ns' 'ns A 192.0.2.53'
		cat
	} >"$tmp/zone/a.zone"
	ok "$1: expands" zonepp expand --zone example.org -o "$tmp/expanded" "$tmp/zone/a.zone"
	ok "$1: the records of print" same_as_print
	[ $# -lt 2 ] || ok "$1: the records of BIND" "$2"
	ok "$1: no directive is left" plain
	ok "$1: NSD loads it" nsd_loads
	ok "$1: Knot loads it" kzonecheck -o example.org "$tmp/expanded"
}

expands '$GENERATE as BIND takes it' same_as_bind <<'ZONE'
$TTL 1h
$GENERATE 1-2 h$ MX "10 ns1"
$GENERATE 1-2 ns$ A 192.0.2.$
$GENERATE 0-255/85 ${0,3,d}.r 300 IN PTR host-${0,2,x}.example.net.
$GENERATE 1-3 x${10,0,o}.y${-1,3,X} IN CNAME h${1}
$GENERATE 17-18 ${0,7,n}.ip6 PTR a$.b
$GENERATE 1-2 d$ NS ns$.d$
$GENERATE 1-2 ns$.d$ AAAA 2001:db8::${0,0,x}
$GENERATE 1-2 d$ DS "1234$ 13 2 ${0,64,x}"
$GENERATE 1-2 t$ TXT a$ ; kept
$GENERATE 1-2 s$ TXT "\"a ; $\" b"
ZONE

expands '$GENERATE of several words, which no server takes' <<'ZONE'
$TTL 1h
$GENERATE 1-2 h$ MX 10 ns1
$GENERATE 1-2 h$ A 192.0.2.$
$GENERATE 1-2 d$ NS ns$.d$
$GENERATE 1-2 ns$.d$ AAAA 2001:db8::${0,0,x}
$GENERATE 1-2 d$ DS 1234$ 13 2 ${0,64,x}
$GENERATE 1-2 t$ TXT "a $$ ; ($" ; kept
$GENERATE 1-1 u$ CAA 0 issue "ca$.example.net; account=$"
$GENERATE 1-1 _s._tcp.v$ 5m SRV 0 5 ( 443
	h$ )	; kept, too
$GENERATE 3-3 w$ TYPE65400 \# 1 0$
ZONE

expands 'owners and TTLs behind $GENERATE' same_as_bind <<'ZONE'
$TTL 100
a A 192.0.2.1
$GENERATE 1-2 b$ 200 A 192.0.2.$
	A 192.0.2.2
c TXT no-ttl
$TTL 300
$GENERATE 1-2 e$ A 192.0.2.$
$ORIGIN sub
$GENERATE 1-2 f$ A 192.0.2.$
	A 192.0.2.3
ZONE

printf 'i A 192.0.2.1\n$TTL 77\n$GENERATE 1-2 g$.long A 192.0.2.$\n\tAAAA 2001:db8::1' \
	>"$tmp/zone/first"
printf '\tTXT "owner of the includer"\n$ORIGIN inner\nj MX 10 j\n$INCLUDE sub/third third\nk A 192.0.2.1' \
	>"$tmp/zone/second"
printf '$TTL 88\n@ A 192.0.2.1\n\tTXT x' >"$tmp/zone/third"
cp "$tmp/zone/third" "$tmp/zone/sub/third"
expands 'includes' same_as_bind <<'ZONE'
$TTL 100
a A 192.0.2.1
$INCLUDE first
	AAAA 2001:db8::2
b TXT ttl-77
$INCLUDE second ; why
	HINFO still b
c TXT "behind an origin of the included file"
$INCLUDE third d.e
	MX 10 a
f TXT ttl-88
$INCLUDE "third" g
ZONE

expands 'zonepp'\''s own directives' <<'ZONE'
$TTL 100
mail A 192.0.2.25
$TLSA _{25,465}._tcp.mail mail.pem ; why
$GENERATE 1-2 m$ A 192.0.2.$
	AAAA 2001:db8::25
ZONE

printf 'k 55 A 192.0.2.77\n\tTXT x\n' >"$tmp/zone/fourth"
expands 'records without TTL, where no $TTL is' <<'ZONE'
c 50 A 192.0.2.5
b A 192.0.2.6
$GENERATE 1-2 d$ A 192.0.2.$
$GENERATE 1-2 e$ 77 A 192.0.2.$
$GENERATE 1-2 f$ TXT ${0,3,d} ; ( ha )
$TLSA _25._tcp.ns 99 mail.pem
	TXT "the owner moved, and its TTL" (
	"on two lines" )
$INCLUDE fourth
g IN TXT y
$TTL 5
h TXT z
ZONE

plan
