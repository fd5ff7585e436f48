#!/bin/sh
# A day in a pipeline: a repository, a desk at which people work, a mail server with its certificates,
# and runners that keep nothing. What they run stands in zonepp-check(1), zonepp-plan(1),
# zonepp-lock(1), zonepp-build(1), zonepp-roll(1) and zonepp-status(1).
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

for program in git jq; do
	command -v $program >/dev/null || {
		echo "1..0 # SKIP no $program"
		exit
	}
done
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=day GIT_AUTHOR_EMAIL=day@example.org
export GIT_COMMITTER_NAME=day GIT_COMMITTER_EMAIL=day@example.org

desk=$tmp/desk          # where people edit; it has no certificates and no private keys
mail=$tmp/mail          # the mail server's copy, with the certificates
runner=$tmp/runner      # the folder into which a runner clones: the same each time, and new
vault=$tmp/vault        # secrets of the pipeline: private keys
server=$tmp/server      # the nameserver: what was published
cache=$tmp/cache        # what a pipeline may keep between jobs, and may lose
now=$(($(date +%s) + 60)) # certificates that are made from now on are valid by then
in_hours() { # in_hours HOURS: what time it is from now on
	SOURCE_DATE_EPOCH=$((now + 3600 * $1))
	export SOURCE_DATE_EPOCH
}

# --- Runners ---

job() { # job BRANCH: a new runner clones it
	rm -rf "$runner"
	git clone -q -b "$1" "$tmp/origin.git" "$runner"
}
given() { # given secrets|public|cache: what the job may have
	case $1 in
	secrets) cp -p "$vault"/*.private "$runner/keys/" ;;
	public) [ ! -d "$server" ] || cp -pR "$server" "$runner/public" ;;
	cache) [ ! -d "$cache" ] || cp -pR "$cache" "$runner/.zonepp" ;;
	esac
}
# review BRANCH: a pull request from whom nobody knows: nothing but the repository
review() {
	job "$1" && [ ! -e "$runner/certs" ] && refuses ls "$runner"/keys/*.private
}
# publish: what a merge runs; the state goes back into the repository
publish() {
	job main && given secrets && given public && given cache || return
	zonepp build -C "$runner" --locked
	status=$?
	deliver && return $status
}
deliver() {
	rm -rf "$server" "$cache"
	cp -pR "$runner/public" "$server" && cp -pR "$runner/.zonepp" "$cache" || return
	git -C "$runner" add zonepp.state
	git -C "$runner" diff --cached --quiet || git -C "$runner" commit -qm 'zonepp.state'
	git -C "$runner" push -q origin HEAD:main
}

# --- People ---

begin() {
	git init -q --bare -b main "$tmp/origin.git"
	git clone -q "$tmp/origin.git" "$desk" 2>/dev/null
	mkdir "$vault"
	zonepp init -C "$desk" example.org example.net || return
	cat >"$desk/zonepp.yaml" <<-'YAML'
	policies:
	  standard: { validity: 14d, refresh: 5d }
	  slow: { validity: 60d, refresh: 10d }
	safety: { max-delete: 30%, protect: [apex-ns, ds] }
	certificates:
	  mail: { current: certs/mail.pem, next: certs/mail-next.pem }
	zones:
	  example.org: {}
	  example.net: { policy: slow }
	YAML
	cat >"$desk/zones/example.org.zone" <<-'ZONE'
	$TTL 1h
	@	SOA	ns1 hostmaster 1 4h 30m 1w 10m
	@	NS	ns1
	@	MX	10 mail
	ns1	A	192.0.2.53
	mail	A	192.0.2.25
	$TLSA _25._tcp.mail cert:mail
	ZONE
	for i in 1 2 3 4 5 6 7 8; do echo "h$i A 192.0.2.$i"; done >>"$desk/zones/example.org.zone"
	cat >"$desk/zones/example.net.zone" <<-'ZONE'
	$TTL 1h
	@	SOA	ns1.example.org. hostmaster.example.org. 1 4h 30m 1w 10m
	@	NS	ns1.example.org.
	www	A	192.0.2.80
	ZONE
	echo /certs/ >>"$desk/.gitignore"
	zonepp keys generate -C "$desk" --missing && mv "$desk"/keys/*.private "$vault" &&
		commit "$desk" 'zones of a small company' main
}
commit() { # commit FOLDER WHAT BRANCH
	git -C "$1" add -A && git -C "$1" commit -qm "$2" && git -C "$1" push -q origin "HEAD:$3"
}
edit() { # edit BRANCH SED-COMMAND: a change of example.org, as a pull request
	git -C "$desk" fetch -q && git -C "$desk" checkout -q -B "$1" origin/main &&
		sed -i "$2" "$desk/zones/example.org.zone" && commit "$desk" "$1" "$1"
}
merge() { # merge BRANCH
	git -C "$desk" fetch -q && git -C "$desk" checkout -q -B main origin/main &&
		git -C "$desk" merge -q -m merge "origin/$1" && git -C "$desk" push -q origin main
}
issue() { # issue FILE: the mail server's ACME client has a certificate
	mkdir -p "$mail/certs"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
		-subj /CN=mail.example.org -addext subjectAltName=DNS:mail.example.org \
		-keyout "$mail/certs/key.pem" -out "$mail/certs/$1"
}
lock() { # lock BRANCH: the mail server tells what its certificates come to, as a pull request
	git -C "$mail" fetch -q && git -C "$mail" checkout -q -B "$1" origin/main &&
		zonepp lock -C "$mail" && commit "$mail" "$1" "$1"
}

# --- What is to be seen ---

serial() { # serial ZONE: of what is published
	awk '$4 == "SOA" { print $7; exit }' "$server/$1.zone"
}
records() { # records: how many TLSA records are published
	grep -c '[[:space:]]IN[[:space:]]TLSA[[:space:]]' "$server/example.org.zone"
}
good() { # the published zones are, at this time
	zonepp verify --at="$SOURCE_DATE_EPOCH" --zone=example.org "$server/example.org.zone" &&
		zonepp verify --at="$SOURCE_DATE_EPOCH" --zone=example.net "$server/example.net.zone"
}
fails_saying() { # fails_saying TEXT COMMAND...: it runs, fails, and says TEXT
	text=$1
	shift
	"$@" >"$tmp/output" 2>&1
	status=$?
	cat "$tmp/output"
	[ $status -gt 0 ] && [ $status -lt 126 ] && grep -qF -- "$text" "$tmp/output"
}
same() { # same FILE FILE, to the byte
	cmp "$1" "$2"
}

# --- Morning: the repository, and the first build ---

in_hours 0
ok 'a repository' begin
ok 'the mail server has it, too' git clone -q "$tmp/origin.git" "$mail"
ok 'a certificate is issued' issue mail.pem
ok 'and locked' lock certificate
ok 'the reviewer sees a line with its digest' says 'certs/mail.pem 1/1 cert' \
	git -C "$mail" diff origin/main -- zonepp.lock
ok 'without it there is a review' review main
ok 'where a check says what to do' fails_saying 'zonepp lock' zonepp check -C "$runner"
ok 'with it a review needs no certificate' review certificate
ok 'nor any key' zonepp check -C "$runner" --werror
ok 'it is merged' merge certificate
ok 'and published' publish
ok 'with a record' prints 1 records
ok 'which is good' good

# --- A pull request with an edit ---

ok 'an edit' edit edit '/^ns1/a www A 192.0.2.81'
ok 'is reviewed on a runner that has nothing' review edit
ok 'it has no fault' zonepp check -C "$runner" --werror --format=gcc
ok 'it would do this' says '+ www.example.org.' \
	zonepp plan -C "$runner" --base=origin/main
ok 'in a comment' says 'www.example.org.' \
	zonepp plan -C "$runner" --base=origin/main --markdown
given public
ok 'beside what is published, with its serial' says 'example.org: serial 1 -> 2' \
	zonepp plan -C "$runner"
ok 'nobody has written anything' prints '' git -C "$runner" status --porcelain
cp "$server/example.net.zone" "$tmp/before"
in_hours 1
ok 'it is merged' merge edit
ok 'and published' publish
ok 'under the next serial' prints 2 serial example.org
ok 'and nothing else' same "$tmp/before" "$server/example.net.zone"

# --- The certificate is renewed, through the lock ---

in_hours 2
ok 'the next certificate is issued' issue mail-next.pem
ok 'and locked' lock renewal
ok 'its review' review renewal
given public
ok 'tells when it may be used' says 'certificate mail: waiting until' zonepp plan -C "$runner"
ok 'it is merged' merge renewal
ok 'and published' publish
ok 'beside the other' prints 2 records
ok 'the mail server has the news' git -C "$mail" checkout -q -B main origin/main
ok 'it' git -C "$mail" pull -q
ok 'may not use it yet' refuses zonepp roll -C "$mail" --gate mail
in_hours 27
ok 'a day later it may' zonepp roll -C "$mail" --gate mail
ok 'it does' mv "$mail/certs/mail-next.pem" "$mail/certs/mail.pem"
ok 'and tells so' lock renewed
ok 'that is merged' merge renewed
ok 'and published' publish
ok 'without the old one' prints 1 records
ok 'which is good' good

# --- A mistake ---

ok 'a mistake' edit mistake 's/_25._tcp/_25._tpc/'
ok 'is reviewed' review mistake
ok 'and shown at its column' fails_saying 'zones/example.org.zone:8:11: error:' \
	zonepp check -C "$runner" --format=gcc --format=sarif:mistake.sarif
# shellcheck disable=SC2016 # jq's variables
ok 'as code scanning wants it' prints 'zones/example.org.zone 8 11 D001' \
	jq -r '.runs[0].results[0] | .locations[0].physicalLocation as $at |
		"\($at.artifactLocation.uri) \($at.region.startLine) \($at.region.startColumn) \(.ruleId)"' \
		"$runner/mistake.sarif"
ok 'a plan fails as well' refuses zonepp plan -C "$runner" --base=origin/main
ok 'a deletion that nobody meant' edit deletion '/^h/d'
ok 'is reviewed' review deletion
given public
ok 'and stopped' fails_saying 'more than 30% [Z120]' zonepp plan -C "$runner"

# --- Ten days without a build ---

in_hours 267
job main
given secrets
given public
given cache
cp "$server/example.net.zone" "$tmp/before"
serial example.org >"$tmp/serial"
ok 'one zone is stale' prints public/example.org.zone zonepp status -C "$runner" --stale
ok 'who is on call hears of it' fails_saying 'example.org: stale' \
	zonepp status -C "$runner" --warn 3d
ok 'it is made anew' says '2 zones: 1 changed, 1 unchanged' zonepp build -C "$runner" --locked
ok 'and published' deliver
ok 'under the next serial' prints $(($(cat "$tmp/serial") + 1)) serial example.org
ok 'the other is as it was' same "$tmp/before" "$server/example.net.zone"
ok 'both are good' good
ok 'nothing is stale' prints '' zonepp status -C "$runner" --stale

# --- A runner that has lost everything ---

rm -rf "$cache"
serial example.org >"$tmp/serial"
in_hours 268
job main
given secrets
ok 'without what was published, all is made anew' zonepp build -C "$runner" --locked
ok 'and published' deliver
ok 'the serial goes on' prints $(($(cat "$tmp/serial") + 1)) serial example.org
ok 'both are good' good
ok 'the certificate is in use' says 'mail         steady' zonepp status -C "$runner"
ok 'nobody has seen a private key or certificate' refuses sh -c \
	"git -C '$desk' log --all --name-only --format= | grep -E 'private|certs/'"
plan
