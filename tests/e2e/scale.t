#!/bin/sh
# Shares of the zones, and parts of one zone, on the engines of zonepp-scale(7), by the lines that the
# page has: make, GNU parallel, Slurm on loopback, and what Kubernetes and GitHub would run. All come to
# what one run makes, byte for byte.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

PATH=$PATH:/usr/sbin
export SOURCE_DATE_EPOCH=1795435200 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.org
export GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.org
shared=$top/tests/cli/shared

# shown NAME: what the page shows behind the comment NAME
shown() {
	awk -v name=".\\\\\" $1" '$0 == name { on = 1; next } on && /^\.Ed/ { exit }
		on && !/^\.Bd/' "$top/cmd/zonepp-scale.7" | sed 's/^\\&//; s/\\e/\\/g'
}
lacks() { # lacks PROGRAM WHAT: the tests of WHAT are skipped without it
	command -v "$1" >/dev/null && return 1
	n=$((n + 1))
	echo "ok $n # SKIP $2: no $1"
}

# --- A project, and what one run makes of it ---

mkdir "$tmp/base" "$tmp/base/zones"
cd "$tmp/base" || exit 2
cp -R "$shared/certs" .
cat >zonepp.yaml <<'YAML'
defaults: { policy: plain }
policies: { plain: { sign: false }, signed: { denial: nsec3, zonemd: true } }
certificates: { mail: { current: certs/mail.pem } }
severity: { D120: off, D103: off }
zones:
  example.org: { policy: signed }
YAML
for zone in example.org $(seq -f 'z%g.example.net' 12); do
	[ "$zone" = example.org ] || echo "  $zone:" >>zonepp.yaml
	# shellcheck disable=SC2016 # directives
	printf '%s\n' '$TTL 1h' '@ SOA ns1.nic.test. admin 1 4h 1h 2w 1h' '@ NS ns1.nic.test.' \
		'@ NS ns2.nic.test.' 'mail A 192.0.2.1' '$TLSA _25._tcp.mail cert:mail' >"zones/$zone.zone"
done
mkdir keys && cp "$shared"/keys/Kexample.org.* keys && chmod 600 keys/*
cp -R "$tmp/base" "$tmp/whole"
zonepp build -q -C "$tmp/whole"

project() { # project NAME: a copy, in which we are
	rm -rf "${tmp:?}/$1"
	cp -R "$tmp/base" "$tmp/$1"
	cd "$tmp/$1" || exit 2
}
is() { # is NAME: we are where the same is published, and known
	diff -r "$tmp/$1/public" public && cmp "$tmp/$1/zonepp.state" zonepp.state &&
		cmp "$tmp/$1/zonepp.lock" zonepp.lock
}

project make && shown make >share.mk
ok 'make builds the shares' make -s -j2 -f share.mk zones
ok 'which are all zones' is whole

kubernetes() { # its indexed pods
	command=$(shown kubernetes | sed -n "s/^ *command: \\[sh, -c, '\\(.*\\)'\\]/\\1/p")
	for index in 0 1 2 3 4 5 6 7; do
		JOB_COMPLETION_INDEX=$index sh -c "$command" || return
	done
}
project kubernetes
ok 'what pods of a Job run builds the shares' kubernetes
ok 'which are all zones' is whole

is_yaml() { # is_yaml NAME KEY: what is shown is a mapping with that key
	shown "$1" | python3 -c 'import sys, yaml; assert sys.argv[1] in yaml.safe_load(sys.stdin)' "$2"
}
if python3 -c 'import yaml' 2>/dev/null; then
	ok 'the Job is YAML' is_yaml kubernetes spec
	ok 'and so is the workflow' is_yaml github jobs
fi

# --- In checkouts of their own ---

steps() { # steps JOB N: the N-th block of commands of the job
	shown github | awk -v job="  $1:" -v wanted="$2" '/^  [a-z]/ { on = $0 == job; next }
		!on { next } /- run: \|/ { n++; taking = n == wanted; next } /^    - / { taking = 0 }
		taking { sub(/^        /, ""); print }'
}
github() {
	git init -q -b main && printf '.zonepp/\n' >.gitignore && git add . && git commit -qm zones &&
		git init -q --bare -b main ../origin && git push -q ../origin main || return
	for k in 1 2 3 4 5 6 7 8; do
		git clone -q ../origin ../runner && steps share 1 | sed "s/\\\${{ matrix.k }}/$k/g" >step &&
			(cd ../runner && sh -e ../github/step && mv share-*.tar ../github) || return
		rm -rf ../runner
	done
	git clone -q ../origin ../runner && mv share-*.tar ../runner && cd ../runner &&
		steps join 1 >"$tmp/step" && sh -e "$tmp/step" && is changed && steps join 2 >"$tmp/step" &&
		sh -e "$tmp/step" && git --git-dir=../origin cat-file -e main:public/example.org.zone
}
if ! lacks git 'what GitHub runs'; then
	project github
	zonepp build -q && sed -i 's/^mail A .*/mail A 192.0.2.2/' zones/z[1-9].*.zone zones/example.org.zone
	cp -R . ../changed && zonepp build -q -C ../changed
	ok 'what GitHub runs builds the shares, and puts them together' github
fi

# Two branches: each built other zones.
branches() {
	git init -q -b main && echo .zonepp/ >.gitignore &&
		printf 'zonepp.state merge=zonepp\nzonepp.lock merge=zonepp\n' >.gitattributes &&
		git add . && git commit -qm zones &&
		git config merge.zonepp.driver 'zonepp merge -o %A %O %A %B' && git checkout -qb other &&
		zonepp build -q z1.example.net && git add . && git commit -qm other && git checkout -q main &&
		zonepp build -q z2.example.net example.org && git add . && git commit -qm ours &&
		git merge -q -m merged other && zonepp build -q -C ../both z1.example.net z2.example.net \
		example.org && cmp zonepp.state ../both/zonepp.state && cmp zonepp.lock ../both/zonepp.lock
}
if ! lacks git 'a merge driver'; then
	project both && project branches
	ok 'git merges state and lock file by zonepp merge' branches
fi

# --- One large zone ---

mkdir "$tmp/large" && cd "$tmp/large" || exit 2
cp -R "$tmp/base/keys" . && awk 'BEGIN {
	print "$TTL 1h\n@ SOA ns1.nic.test. admin 1 4h 1h 2w 1h\n@ NS ns1.nic.test.\n@ NS ns2.nic.test."
	for (i = 0; i < 400; i++)
		printf "host%d A 192.0.2.%d\n\tTXT ( %0250d %0250d %0250d %0250d %0250d %0250d %0250d %0250d )\n" \
			"sub%d NS ns.sub%d\nns.sub%d A 192.0.2.3\n", i, i % 250, i, i, i, i, i, i, i, i, i, i, i
}' >example.org.zone
sign() { zonepp sign --zone example.org --keys keys --now "$SOURCE_DATE_EPOCH" "$@" example.org.zone; }
parts() { # with ZONEMD: the text of a part is read in pieces
	for k in 1 2 3; do sign --nsec3 --zonemd --part $k/3 -o "part-$k" -j$k || return; done
	zonepp join -o joined.zone --keys keys part-3 part-1 part-2 && rm part-[123]
}
sign --nsec3 --zonemd -o whole.zone
ok 'parts of a zone are joined' parts
ok 'and are the zone' cmp whole.zone joined.zone
judged 'them' example.org joined.zone

# as the page has it, at this time
line() { shown "$1" | sed "s/date +%s/echo $SOURCE_DATE_EPOCH/" >"$tmp/line" && sh -e "$tmp/line"; }
sign -o whole.zone
export SHELL=/bin/sh
if ! lacks parallel 'GNU parallel' && parallel --version 2>/dev/null | grep -q '^GNU'; then
	ok 'GNU parallel signs parts of a zone' line part
	ok 'which are the zone' cmp whole.zone signed.zone
	project parallel
	ok 'GNU parallel builds the shares' line parallel
	ok 'which are all zones' is whole
fi

# ECDSA takes a random number for each signature. The key of the keys is where parts are joined.
ecdsa() {
	new_key all ECDSAP256SHA256 -f KSK && new_key all ECDSAP256SHA256 && cp -R all zsk &&
		rm "$(grep -l ' 257 ' zsk/*.key | sed 's/key$/private/')" || return
	for k in 1 2; do
		zonepp sign --zone example.org --keys zsk --now "$now" --zonemd --part $k/2 -o "part-$k" \
			example.org.zone || return
	done
	zonepp join -o ecdsa.zone --verify full --keys all part-[12] && rm part-[12]
}
cd "$tmp/large" && rm -f part-* && now=$(date +%s)
ok 'parts that ECDSA signs are joined' ecdsa
judged 'them' example.org ecdsa.zone bind

# --- Slurm, on loopback, as whoever we are ---

slurm_conf() {
	cat <<-CONF
	ClusterName=zonepp
	SlurmctldHost=localhost
	SlurmctldPort=$(free_port)
	SlurmdPort=$(free_port)
	SlurmUser=$(id -un)
	SlurmdUser=$(id -un)
	AuthType=auth/none
	CredType=cred/none
	StateSaveLocation=$tmp/slurm/state
	SlurmdSpoolDir=$tmp/slurm/spool
	SlurmctldPidFile=$tmp/slurm/slurmctld.pid
	SlurmdPidFile=$tmp/slurm/slurmd.pid
	ProctrackType=proctrack/pgid
	TaskPlugin=task/none
	SwitchType=switch/none
	JobAcctGatherType=jobacct_gather/none
	AccountingStorageType=accounting_storage/none
	JobCompType=jobcomp/filetxt
	JobCompLoc=$tmp/slurm/ended
	MpiDefault=none
	ReturnToService=2
	SelectType=select/cons_tres
	SelectTypeParameters=CR_CPU
	SlurmdParameters=config_overrides
	SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
	NodeName=localhost CPUs=8 State=UNKNOWN
	PartitionName=all Nodes=localhost Default=YES State=UP
	CONF
}
is_idle() { sinfo -h -o %T | grep -qx idle; }
has_no_jobs() { jobs=$(squeue -h) && [ -z "$jobs" ]; }
start_slurm() { # two processes of ours, which `cleanup` ends
	mkdir -p "$tmp/slurm/state" "$tmp/slurm/spool" && slurm_conf >"$SLURM_CONF" &&
		background "$tmp/slurm/controller" slurmctld -D -f "$SLURM_CONF" &&
		background "$tmp/slurm/node" slurmd -D -N localhost -f "$SLURM_CONF" && wait_for $! is_idle
}
all_ended_well() { # all_ended_well N: so many tasks, the last to end
	wait_for "${pids##* }" has_no_jobs && cat "$tmp/slurm/ended" &&
		[ "$(grep -c 'JobState=COMPLETED' "$tmp/slurm/ended")" = "$1" ]
}
slurm() { # slurm N COMMAND...: it submits N tasks
	wanted=$1
	shift
	: >"$tmp/slurm/ended"
	"$@" && all_ended_well "$wanted"
}
export SLURM_CONF="$tmp/slurm/slurm.conf"
if ! lacks slurmd Slurm && ! lacks slurmctld Slurm; then
	if ! start_slurm; then
		n=$((n + 1))
		echo "ok $n # SKIP Slurm does not start here: $(grep -h error "$tmp"/slurm/controller \
			"$tmp"/slurm/node 2>/dev/null | tail -n 1)"
	else
		project tasks && shown slurm >share.sh
		ok 'Slurm builds the shares' slurm 8 sbatch -o /dev/null share.sh
		ok 'which are all zones' is whole
		cd "$tmp/large" && rm -f signed.zone
		ok 'Slurm signs parts of a zone, and joins them' slurm 9 line 'part slurm'
		ok 'which are the zone' cmp whole.zone signed.zone
	fi
fi
plan
