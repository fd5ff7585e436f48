# Signing again, after an edit and with no change at all. Each signer has its own output to sign
# again: project/, knot-signed/bench.zone, bind-signed. zonepp reads the template, and
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
after_edit() { # after_edit N: names
	signed_before "$1"
	round=0
	while [ $((round += 1)) -le "$rounds" ]; do
		edit project/bench.zone
		peers_in
		for file in knot-in bind-in; do [ ! -e $file ] || edit $file; done
		build_again
		edited project/bench.signed
		peers_again
	done
	table hosts "$1" "signing $1 names again after one edit" \
		zonepp-build kzonesign dnssec-signzone
}
end_again() {
	end project knot-signed knot-in bind-signed bind-in bind.out knot/*
}

if wanted resign; then
	after_edit "$signed"
	end knot-in bind-in bind.out knot/*
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
