# The zone that several sections sign, and zonepp and its peers as signers of it, with $key.
# shellcheck shell=sh

hosts() { # hosts N: bench.zone of N names, and for BIND with the key in it
	[ "$(cat bench.names 2>/dev/null)" != "$1" ] || return 0
	gen_zone hosts "$1" >bench.zone
	cat bench.zone "$key.key" >with-key.zone
	echo "$1" >bench.names
}
signatures_of() { # signatures_of N: how many a zone of `hosts` has
	echo $(($1 / 25 * 81))
}
knot_conf() { # knot_conf NAME FILE [POLICY-LINE...] [-- ZONE-LINE]: NAME.conf signs FILE
	conf=$1.conf file=$2
	shift 2
	cat >"$conf" <<TEXT
server:
    rundir: $PWD/run
database:
    storage: $PWD/kasp
policy:
  - id: bench
    algorithm: ecdsap256sha256
    single-type-signing: on
    signing-threads: 2
TEXT
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		echo "    $1" >>"$conf"
		shift
	done
	cat >>"$conf" <<TEXT
zone:
  - domain: bench
    storage: $PWD
    file: $file
    dnssec-signing: on
    dnssec-policy: bench
    ${2-}
TEXT
}
zonepp_sign() { # zonepp_sign NAME OUT ZONE [OPTION...]
	name=$1 out=$2 zone=$3
	shift 3
	rm -f "$out"
	run "$name" zonepp sign -j 2 -o "$out" --zone bench --key "$key.private" "$@" "$zone"
}
bind_sign='dnssec-signzone -q -P -z -n 2 -N keep -K keys -o bench'
project() { # project FOLDER ZONE: one that signs ZONE
	mkdir "$1"
	cp -R keys "$1"
	cp "$2" "$1/bench.zone"
	cat >"$1/zonepp.yaml" <<-TEXT
	defaults: { template: "{zone}.zone", output: "{zone}.signed" }
	keys: keys
	zones: { bench: {} }
	TEXT
	prepare zonepp build -C "$1" -j 2
}
edit() { # edit FILE: one record more, another one in each round
	echo "edit$round.bench. 3600 IN A 192.0.2.9" >>"$1"
}
edited() { # edited FILE: did the edit of this round come out signed?
	grep -q "^edit$round.bench.*RRSIG" "$1" || fail "$1 has lost an edit"
}
