#!/bin/sh
# The sessions of zonepp-operations(7), as the page has them but for paths and addresses, and its
# rules for Prometheus.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

for program in git nsd; do
	PATH="$PATH:/usr/sbin" command -v $program >/dev/null || {
		echo "1..0 # SKIP no $program"
		exit
	}
done
export GIT_CONFIG_GLOBAL="$tmp/gitconfig" GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=ops GIT_AUTHOR_EMAIL=ops@example.org
export GIT_COMMITTER_NAME=ops GIT_COMMITTER_EMAIL=ops@example.org
git config --global "url.$tmp/sessions/git.insteadOf" git.example.org:dns

# What the hidden lines of the page name.
export CERTS="$top/tests/cli/shared/certs" MNT="$tmp/mnt" FULL="$tmp/full"

program=$(command -v zonepp)
page=$tmp/page
mkdir "$tmp/bin" "$tmp/old"
PATH=$tmp/bin:$PATH

# --- Stand-ins ---

# A disk without room for what is published, as long as $FULL is there.
cat >"$tmp/bin/zonepp" <<STAND
#!/bin/sh
[ ! -e "$FULL" ] || export LD_PRELOAD="${program%/*}/tests/faults/fail_at.so" FAULT_CALL=write \\
	FAULT_PATH='*/public/*' FAULT_AT=all FAULT_ERRNO=28 \\
	ASAN_OPTIONS="\${ASAN_OPTIONS-}:verify_asan_link_order=0"
exec "$program" "\$@"
STAND
# From a nameserver, which has the files of before the loss.
cat >"$tmp/bin/rsync" <<STAND
#!/bin/sh
[ "\$*" = '-a ns1.example.org:$tmp/srv/dns/public .' ] && cp -Rp "$tmp/sessions/base/public" .
STAND
chmod +x "$tmp/bin/zonepp" "$tmp/bin/rsync"
# One that has a later serial.
printf '%s\n' '@ 1h SOA ns hostmaster 40 4h 30m 1w 10m' '@ 1h NS ns' 'ns 1h A 192.0.2.53' \
	>"$tmp/old/example.org.zone"
ok 'a nameserver with a later serial' serve nsd "$tmp/old"

# --- The sessions ---

sed -e "s| /mnt/| $tmp/mnt/|g" -e "s|:/srv/|:$tmp/srv/|g" -e "s|192\.0\.2\.54|127.0.0.1:$port|g" \
	"$top/cmd/zonepp-operations.7" >"$page"
ok 'what the page shows' "$top/tests/e2e/sessions" "$tmp/sessions" "$page"

# --- Its hook, in a project that has neither keys nor certificates ---

hook() {
	awk '/^# hooks\/commit/ { on = 1 } /^\.Ed/ { on = 0 } on' "$page" >"$tmp/hook"
	git init -q --bare "$tmp/plain.git" && git clone -q "$tmp/plain.git" "$tmp/plain" &&
		cd "$tmp/plain" && echo '; state' >zonepp.state && sh "$tmp/hook" &&
		git --git-dir="$tmp/plain.git" cat-file -e HEAD:zonepp.state
}
ok 'the hook commits what is there' hook

# --- Its lines for cron: nobody gets mail on a good day ---

commands() {
	sed -n 's/^[*0-9][*0-9/ ]* cd /cd /p' "$page" | sed -e "s|/srv/dns|$tmp/sessions/base|" \
		-e "s|/var/|$tmp/var/|"
}
on_a_day() {
	commands | SOURCE_DATE_EPOCH=$(date -d '2026-11-24 12:00' +%s) sh 2>&1
}
mkdir -p "$tmp/var/lib/node_exporter" "$tmp/var/www/status"
ok 'there are lines for cron' [ "$(commands | grep -c zonepp)" = 4 ]
ok 'which say nothing on a good day' prints '' on_a_day
ok 'and write metrics' grep -q '^zonepp_zone_serial' "$tmp/var/lib/node_exporter/zonepp.prom"
ok 'and a page' grep -q 'All is well' "$tmp/var/www/status/index.html"

# --- Its rules ---

rules() {
	awk '/^# rules.yaml/ { on = 1 } /^\.Ed/ { on = 0 } on' "$page"
}
metrics_of_rules() {
	rules | grep -o 'zonepp_[a-z_]*' | sort -u
}
unknown_metrics() { # that `zonepp status` does not write
	zonepp status -C "$tmp/sessions/base" --prometheus="$tmp/prom" >"$tmp/said" || return
	metrics_of_rules | while read -r metric; do
		grep -q "^# HELP $metric " "$tmp/prom" || echo "$metric"
	done
}
states_of_rules() { # the words that they ask labels for
	rules | grep -o '\(state\|phase\)=~*"[^"]*"' | sed 's/.*"\(.*\)"/\1/' | tr '|' '\n'
}
unknown_states() {
	states_of_rules | while read -r word; do
		grep -qE "(state|phase)=\"$word\"" "$tmp/prom" || echo "$word"
	done
}
ok 'the rules are about metrics' [ "$(metrics_of_rules | grep -c .)" = 6 ]
ok 'that there are' prints '' unknown_metrics
ok 'and states' [ "$(states_of_rules | grep -c .)" = 5 ]
ok 'that there are' prints '' unknown_states
if command -v promtool >/dev/null; then
	rules >"$tmp/rules.yaml"
	ok 'promtool has nothing to say' promtool check rules "$tmp/rules.yaml"
fi
plan
