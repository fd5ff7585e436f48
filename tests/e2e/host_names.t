#!/bin/sh
# Names of hosts: zonepp warns of those that BIND refuses at its defaults, whose check-names fails for
# primary zones, and of no other. Each line below is judged by both in a zone of its own.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

if ! command -v named-checkzone >/dev/null; then
	echo '1..0 # SKIP no named-checkzone'
	exit
fi

refused() { # does BIND refuse zone $1 for a name? Other checks of its are off
	named-checkzone -i none -m ignore -n ignore -r ignore -k fail "$1" "$tmp/zone" >"$tmp/bind" 2>&1
	grep -q 'check-names' "$tmp/bind"
}
judge() { # judge ZONE: $tmp/zone
	warned=no
	refused=no
	zonepp check --format=gcc --zone "$1" "$tmp/zone" >"$tmp/ours" 2>&1
	grep -q 'Z051' "$tmp/ours" && warned=yes
	refused "$1" && refused=yes && n_refused=$((n_refused + 1))
	[ $warned = $refused ] || cat "$tmp/bind" "$tmp/ours"
	[ $warned = $refused ]
}
n_refused=0
compare() { # compare ZONE: standard input, a line each
	while IFS= read -r line; do
		printf '%s\n' "\$TTL 3600" \
			'@ SOA ns1.example.net. hostmaster.example.net. 1 3600 600 86400 300' \
			'@ NS ns1.example.net.' "$line" >"$tmp/zone"
		ok "$1: $line" judge "$1"
	done
}

for host in foo_bar.example.net. -x.example.net. x-.example.net. x--y.example.net. 1.2.example.net. \
	'*.example.net.' 'a.*.example.net.' 'a/b.example.net.' 'a\.b.example.net.' 'a\032b.example.net.' \
	gc._msdcs.example.net. _spf.example.net. xn--bcher-kva.example.net. X-1.EXAMPLE.net. . _x.; do
	compare example.com <<-ZONE
	a NS $host
	a CNAME $host
	a DNAME $host
	a PTR $host
	a MX 10 $host
	a MINFO $host .
	a MINFO . $host
	a RP $host .
	a RP . $host
	a AFSDB 1 $host
	a RT 1 $host
	a SRV 0 0 5 $host
	a NAPTR 1 1 "" "" "" $host
	a KX 1 $host
	a PX 1 $host $host
	a MB $host
	a MG $host
	a MR $host
	a LP 1 $host
	a IPSECKEY 10 3 1 $host AQ==
	a AMTRELAY 10 0 3 $host
	a TALINK $host $host
	a NSAP-PTR $host
	a SVCB 0 $host
	a SVCB 1 $host
	a HTTPS 0 $host
	a HTTPS 1 $host
	a HIP ( 2 200100107B1A74DF365639CC39F1D578 AwEAAQ== $host )
	_dsync DSYNC CDS NOTIFY 53 $host
	a A6 64 ::1 $host
	ZONE
	compare 2.0.192.in-addr.arpa <<-ZONE
	1 PTR $host
	1 CNAME $host
	ZONE
	compare 8.b.d.0.1.0.0.2.IP6.arpa <<-ZONE
	1 PTR $host
	ZONE
	compare arpa <<-ZONE
	1.in-addr PTR $host
	1.e164 PTR $host
	ZONE
done

for owner in foo_bar -x x- x--y 1.2 '*' '*.foo_bar' 'a.*' '*a' 'a/b' 'a\.b' 'a\032b' gc._msdcs \
	GC._Msdcs x.gc._msdcs gc._msdcs.x_y _msdcs _spf x_._spf.y_ x_._spf_verify x_._spf_rate _spf_x \
	'*.x_._spf' xn--bcher-kva; do
	compare example.com <<-ZONE
	$owner A 192.0.2.1
	$owner AAAA 2001:db8::1
	$owner MX 10 mx.example.net.
	$owner TXT x
	$owner NS ns1.example.net.
	$owner CNAME www.example.net.
	$owner SRV 0 0 5 www.example.net.
	$owner WKS 192.0.2.1 TCP 25
	$owner A6 0 2001:db8::1
	$owner HTTPS 1 .
	$owner PTR www.example.net.
	$owner TYPE1 \\# 4 C0000201
	ZONE
done
for zone in a_b.example.com _msdcs.example.com _spf.example.com _spf.com _spf; do
	compare $zone <<-ZONE
	@ A 192.0.2.1
	gc A 192.0.2.1
	gc AAAA 2001:db8::1
	x_y A 192.0.2.1
	@ TXT x
	ZONE
done

for soa in 'x_y.example.net. hostmaster.example.net.' '. .' 'x. y.' '*.x. y.' \
	'x.example.net. host_master.example.net.' 'x.example.net. hostmaster.exa_mple.net.' \
	'x.example.net. host\.master.example.net.' 'x.example.net. *.example.net.' \
	'x.example.net. hostmaster.-x.net.'; do
	printf '%s\n' "\$TTL 3600" "@ SOA $soa 1 3600 600 86400 300" '@ NS ns1.example.net.' >"$tmp/zone"
	ok "SOA $soa" judge example.com
done

ok 'BIND refuses a good part of them' [ $n_refused -gt 200 ]
echo "1..$n"
