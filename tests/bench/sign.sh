# Signing a zone, and verifying it.
# shellcheck shell=sh

if wanted sign; then
	hosts "$signed"
	knot_conf sign bench.zone
	round=0
	while [ $((round += 1)) -le "$rounds" ]; do
		run bare-signatures bare_sign 13 "$(signatures_of "$signed")" 2
		zonepp_sign zonepp-sign signed.zone bench.zone --verify none
		zonepp_sign zonepp-sign-judged judged.zone bench.zone
		run kzonesign kzonesign -c sign.conf -o knot bench
		run ldns-signzone ldns-signzone -o bench -f ldns.out bench.zone "$key"
		# shellcheck disable=SC2086 # a list of words
		run dnssec-signzone $bind_sign -f bind.out with-key.zone
	done
	table hosts "$signed" "signing $signed names" \
		zonepp-sign zonepp-sign-judged bare-signatures kzonesign ldns-signzone dnssec-signzone
	[ ! -s signed.zone ] || echo "zonepp made $(signatures <signed.zone) signatures"
	factor zonepp-sign bare-signatures 1.15
	end ldns.out bind.out judged.zone knot/*
fi

# By each verifier.
if wanted verify; then
	hosts "$signed"
	[ -s signed.zone ] || prepare zonepp sign -o signed.zone --zone bench --key "$key.private" bench.zone
	round=0
	while [ $((round += 1)) -le "$rounds" ]; do
		run bare-verifications bare_verify 13 "$(signatures_of "$signed")" 2
		run zonepp-verify zonepp verify -j 2 --zone bench signed.zone
		run kzonecheck kzonecheck -d on -o bench signed.zone
		run dnssec-verify dnssec-verify -q -z -o bench signed.zone
		[ "${BENCH_SLOW-0}" != 1 ] || run ldns-verify-zone ldns-verify-zone signed.zone
	done
	table hosts "$signed" "verifying $signed names" \
		zonepp-verify bare-verifications kzonecheck dnssec-verify ldns-verify-zone
	factor zonepp-verify bare-verifications 1
	end
fi
rm -f signed.zone

# With a digest of the zone, and without.
if wanted zonemd; then
	hosts "$signed"
	knot_conf plain bench.zone
	knot_conf zonemd bench.zone -- 'zonemd-generate: zonemd-sha384'
	round=0
	while [ $((round += 1)) -le "$rounds" ]; do
		zonepp_sign zonepp-sign zonepp.out bench.zone --verify none
		zonepp_sign zonepp-zonemd zonepp.out bench.zone --verify none --zonemd
		run kzonesign kzonesign -c plain.conf -o knot bench
		run kzonesign-zonemd kzonesign -c zonemd.conf -o knot bench
	done
	table knot "$signed" "signing $signed names with Knot, and with ZONEMD" kzonesign kzonesign-zonemd
	table zonepp "$signed" "signing $signed names, and with ZONEMD" zonepp-sign zonepp-zonemd
	factor zonepp-zonemd zonepp-sign 1.1
	end zonepp.out knot/*
fi

# Delegations, 5 of 100 secure.
delegations() { # delegations TABLE ZONEPP-OPTIONS BIND-OPTIONS KNOT-POLICY-LINE...
	denial=$1 options=$2 bind_options=$3
	shift 3
	knot_conf tld tld.zone "$@"
	round=0
	while [ $((round += 1)) -le "$rounds" ]; do
		# shellcheck disable=SC2086
		zonepp_sign zonepp-sign tld.out tld.zone --verify none $options
		# shellcheck disable=SC2086
		zonepp_sign zonepp-sign-judged tld.out tld.zone $options
		rm -f tld.out
		run kzonesign kzonesign -c tld.conf -o knot bench
		rm -f knot/*
		# shellcheck disable=SC2086
		run dnssec-signzone $bind_sign $bind_options -f bind.out with-key.tld
		rm -f bind.out
	done
	table "$denial" "$names" "signing $names delegations, $denial" \
		zonepp-sign zonepp-sign-judged kzonesign dnssec-signzone
	at_most zonepp-sign peak 350
	! has zonepp-sign-judged || figure 'zonepp-sign-judged, octets of memory a record' \
		"$(octets zonepp-sign-judged "$(records tld.zone)")" 100
	end
}
if wanted delegations; then
	gen_zone ds "$names" >tld.zone
	cat tld.zone "$key.key" >with-key.tld
	delegations NSEC '' ''
	delegations opt-out '--nsec3 --opt-out' '-3 - -A -H 0' \
		'nsec3: on' 'nsec3-opt-out: on' 'nsec3-iterations: 0' 'nsec3-salt-length: 0'
	end tld.zone with-key.tld
fi
