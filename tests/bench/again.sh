# Signing again, after an edit and with no change at all. Each signer has its own output to sign
# again: project/, previous.signed, knot-signed/bench.zone, bind-signed. zonepp reads the template, and
# looks up in its output what it may keep of it.
# shellcheck shell=sh

signed_before() { # signed_before N: names
	[ ! -e project ] || return 0
	hosts "$1"
	project project bench.zone
	mkdir knot-signed
	knot_conf first bench.zone
	prepare kzonesign -c first.conf -o knot-signed bench
	# shellcheck disable=SC2086
	prepare $bind_sign -f bind-signed with-key.zone
	knot_conf again knot-in
}
peers_in() { # their outputs become their inputs, knot-in and bind-in
	[ ! -e knot-signed/bench.zone ] || cp knot-signed/bench.zone knot-in
	[ ! -e bind-signed ] || cp bind-signed bind-in
}
build_again() {
	run zonepp-build zonepp build -C project -j 2
}
peers_again() {
	[ ! -e knot-in ] || run kzonesign kzonesign -c again.conf -o knot bench
	# shellcheck disable=SC2086
	[ ! -e bind-in ] || run dnssec-signzone $bind_sign -f bind.out bind-in
}
sign_again() { # without a project
	run zonepp-sign zonepp sign -j 2 --previous previous.signed --index -o previous.signed \
		--zone bench --key "$key.private" project/bench.zone
}
after_edit() { # after_edit N PEERS: names, and in how many rounds the peers run
	signed_before "$1"
	prepare zonepp sign -j 2 --index -o previous.signed --zone bench --key "$key.private" bench.zone
	round=0
	while [ $((round += 1)) -le "$rounds" ]; do
		edit project/bench.zone
		peers_in
		for file in knot-in bind-in; do [ ! -e $file ] || edit $file; done
		run bare-signatures bare_sign 13 "$(signatures_of "$1")" 2
		build_again
		edited project/bench.signed
		sign_again
		edited previous.signed
		[ "$round" -gt "$2" ] || peers_again
	done
	table hosts "$1" "signing $1 names again after one edit" \
		zonepp-build zonepp-sign bare-signatures kzonesign dnssec-signzone
	for program in zonepp-build zonepp-sign; do
		factor $program bare-signatures 0.1
		factor $program kzonesign 0.01
		factor $program dnssec-signzone 0.01
	done
}
end_again() {
	end project previous.signed* knot-signed knot-in bind-signed bind-in bind.out knot/*
}

if wanted resign; then
	after_edit "$signed" "$rounds"
	end previous.signed* knot-in bind-in bind.out knot/*
fi
if wanted unchanged; then
	signed_before "$signed"
	peers_in
	touch before
	round=0
	while [ $((round += 1)) -le "$rounds" ]; do
		build_again
		peers_again
	done
	[ -z "$(find project/bench.signed -newer before)" ] || fail 'zonepp-build touched the file'
	table hosts "$signed" "signing $signed names again, unchanged" \
		zonepp-build kzonesign dnssec-signzone
	at_most zonepp-build wall 0.1
fi
end_again
if wanted resign-large; then
	after_edit "$names" 1 # they take some minutes each
	times_of zonepp-build resign 12
	times_of zonepp-sign resign 12
	end_again
fi
