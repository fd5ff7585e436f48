# A project whose keys roll by policy, for scenarios: . "$SHARED/keyroll.sh"
# begin POLICY: anew, in a folder of its own; the zone is example.org.
begin() {
	cd "$top" || exit
	n=$((n + 1))
	mkdir -p "$n/zones" "$n/keys"
	cd "$n" || exit
	printf 'policies: { p: { validity: 90d, refresh: 30d, %s } }\ndefaults: { policy: p }\nzones: { example.org: }\n' \
		"$1" >zonepp.yaml
	printf '$TTL 1h\n@ SOA ns.example. hostmaster.example. 1 2h 1h 7d 1h\n@ NS ns.example.\n' \
		>zones/example.org.zone
}
# key NAME [OPTION...]: makes a key that is called so from now on
key() {
	name "$1" "$(shift && zonepp keys generate "$@" example.org)"
}
# name NAME FILES: the key with these files is called so
name() {
	eval "$1=$2"
	names="$names;s/(^|[ +(])0*$(tag "$2")([^-0-9]|\$)/\\1$1\\2/g"
}
tag() {
	tag=${1##*+}
	echo "${tag#"${tag%%[!0]*}"}"
}
# by_name: what is read, with the names of keys, sorted, as tags come by chance
by_name() {
	sed -E "$names" | sort
}
problems() {
	grep -E ': (error|warning|note): ' | by_name
}
# build TIME: its problems
build() {
	zonepp build --now="$1" 2>&1 | problems
}
# roll TIME [NAME]: its problems, what it did, and where each key stands; a key that it made is called
# so
roll() {
	echo "roll $1"
	zonepp roll --deploy --now="$1" >out 2>err || echo "status $?"
	[ $# -lt 2 ] || name "$2" "$(sed -n 's/^keys\/\(.*\): made.*/\1/p' out)"
	problems <err
	sed -E '/^NAME/d; s/^example.org +[CKZ]SK ([0-9]+) +([a-z-]+) .*  ([^ ]+( [^ ]+)*)$/ \1 \2: \3/; s/^keys/ &/' out |
		by_name
}
top=$PWD n=0 names=
