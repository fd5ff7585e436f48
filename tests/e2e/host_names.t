#!/bin/sh
# Names of hosts: zonepp warns of those that BIND refuses at its defaults, whose check-names fails for
# primary zones, and of no other. Both judge each line below; those of one zone have owners of their own,
# and are so few that zonepp tells of each.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

if ! command -v named-checkzone >/dev/null; then
	echo '1..0 # SKIP no named-checkzone'
	exit
fi

judge() { # judge ZONE: in which lines of $tmp/zone both find such a name
	# With `-k warn` BIND goes on to the next line. Other checks of its are off.
	named-checkzone -i none -m ignore -n ignore -r ignore -k warn "$1" "$tmp/zone" >"$tmp/bind" 2>&1
	zonepp check --format=gcc --zone "$1" "$tmp/zone" >"$tmp/ours" 2>&1
	sed -n 's/.*zone:\([0-9]*\): .*(check-names)$/\1/p' "$tmp/bind" | sort -nu >"$tmp/refused"
	sed -n 's/.*zone:\([0-9]*\):.* \[Z051\]$/\1/p' "$tmp/ours" | sort -nu >"$tmp/warned"
	grep -q 'loaded serial' "$tmp/bind" && diff "$tmp/refused" "$tmp/warned" && return
	cat "$tmp/zone" "$tmp/bind" "$tmp/ours"
	return 1
}
n_judged=0
n_refused=0
compare() { # compare ZONE WHAT [SOA]: standard input, behind an apex
	{
		printf '%s\n' "\$TTL 3600" \
			"@ SOA ${3-ns1.example.net. hostmaster.example.net.} 1 3600 600 86400 300" \
			'@ NS ns1.example.net.'
		cat
	} >"$tmp/zone"
	ok "$1: $2" judge "$1"
	n_judged=$((n_judged + $(wc -l <"$tmp/zone") - 3))
	n_refused=$((n_refused + $(wc -l <"$tmp/refused")))
}

for host in foo_bar.example.net. -x.example.net. x-.example.net. x--y.example.net. 1.2.example.net. \
	'*.example.net.' 'a.*.example.net.' 'a/b.example.net.' 'a\.b.example.net.' 'a\032b.example.net.' \
	gc._msdcs.example.net. _spf.example.net. xn--bcher-kva.example.net. X-1.EXAMPLE.net. . _x.; do
	compare example.com "$host" <<-ZONE
	a1 NS $host
	a2 CNAME $host
	a3 DNAME $host
	a4 PTR $host
	a5 MX 10 $host
	a6 MINFO $host .
	a7 MINFO . $host
	a8 RP $host .
	a9 RP . $host
	a10 AFSDB 1 $host
	a11 RT 1 $host
	a12 SRV 0 0 5 $host
	a13 NAPTR 1 1 "" "" "" $host
	a14 KX 1 $host
	ZONE
	compare example.com "$host, others" <<-ZONE
	a15 PX 1 $host $host
	a16 MB $host
	a17 MG $host
	a18 MR $host
	a19 LP 1 $host
	a20 IPSECKEY 10 3 1 $host AQ==
	a21 AMTRELAY 10 0 3 $host
	a22 TALINK $host $host
	a23 NSAP-PTR $host
	a24 SVCB 0 $host
	a25 SVCB 1 $host
	a26 HTTPS 0 $host
	a27 HTTPS 1 $host
	a28 HIP ( 2 200100107B1A74DF365639CC39F1D578 AwEAAQ== $host )
	_dsync DSYNC CDS NOTIFY 53 $host
	a29 A6 64 ::1 $host
	ZONE
	compare 2.0.192.in-addr.arpa "$host" <<-ZONE
	1 PTR $host
	2 CNAME $host
	ZONE
	compare 8.b.d.0.1.0.0.2.IP6.arpa "$host" <<-ZONE
	1 PTR $host
	ZONE
	compare arpa "$host" <<-ZONE
	1.in-addr PTR $host
	1.e164 PTR $host
	ZONE
done

owners() { # owners OWNER...: of $record; at a wildcard, both refuse NS
	for owner; do
		case "$owner $record" in '*.'*' NS '* | '* NS '*) continue ;; esac
		printf '%s %s\n' "$owner" "$record" >>"$tmp/lines"
	done
	compare example.com "$record at $*" <"$tmp/lines"
	rm "$tmp/lines"
}
while read -r record; do
	owners foo_bar -x x- x--y 1.2 '*' '*.foo_bar' 'a.*' '*a'
	owners 'a/b' 'a\.b' 'a\032b' gc._msdcs GC._Msdcs.a x.gc._msdcs gc._msdcs.x_y _msdcs
	owners _spf x_._spf.y_ x_._spf_verify x_._spf_rate _spf_x '*.x_._spf' xn--bcher-kva
done <<'ZONE'
A 192.0.2.1
AAAA 2001:db8::1
MX 10 mx.example.net.
TXT x
NS ns1.example.net.
CNAME www.example.net.
SRV 0 0 5 www.example.net.
WKS 192.0.2.1 TCP 25
A6 0 2001:db8::1
HTTPS 1 .
PTR www.example.net.
TYPE1 \# 4 C0000201
ZONE
for zone in a_b.example.com _msdcs.example.com _spf.example.com _spf.com _spf; do
	compare $zone 'with A' <<-ZONE
	@ A 192.0.2.1
	gc A 192.0.2.1
	x_y A 192.0.2.1
	ZONE
	compare $zone 'with others' <<-ZONE
	gc AAAA 2001:db8::1
	@ TXT x
	ZONE
done

for soa in 'x_y.example.net. hostmaster.example.net.' '. .' 'x. y.' '*.x. y.' \
	'x.example.net. host_master.example.net.' 'x.example.net. hostmaster.exa_mple.net.' \
	'x.example.net. host\.master.example.net.' 'x.example.net. *.example.net.' \
	'x.example.net. hostmaster.-x.net.'; do
	compare example.com "SOA $soa" "$soa" </dev/null
done

ok 'BIND refuses a good part of them' [ $n_refused -gt 200 ]
ok 'of all' [ $n_judged -gt 850 ]
echo "1..$n"
