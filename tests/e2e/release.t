#!/bin/sh
# A release: `make dist` packs the same octets of the same commit whoever does it where, the SBOM is what
# SPDX 2.3 asks for and true, and the commands of .github/RELEASING.md sign and verify it. The workflow
# of the project runs targets that there are.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

for program in git jq ssh-keygen sha256sum; do
	command -v $program >/dev/null || {
		echo "1..0 # SKIP no $program"
		exit
	}
done
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.org
export GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.org
unset MAKEFLAGS MAKELEVEL B
version=$(sed -n 's/^VERSION *:= *//p' "$top/GNUmakefile")
name=zonepp-$version

# A repository with what `make dist` packs here, and whose commit has a time of its own. Most of the
# files are scenarios, of which some are enough.
repository() {
	[ "${PARANOID-}" ] && most='' || most='--exclude=cli/[!b]* --exclude=cli/build-[!d]* --exclude=unit --exclude=data'
	# shellcheck disable=SC2086 # a list of options
	make -s -C "$top" dist B="$tmp/here" && tar -xzf "$tmp/here/$name.tar.gz" -C "$tmp" $most &&
		mv "$tmp/$name" "$tmp/desk" &&
		git init -q -b main "$tmp/desk" &&
		git -C "$tmp/desk" add -A &&
		GIT_COMMITTER_DATE=@1795435200 git -C "$tmp/desk" commit -qm all &&
		git clone -q --bare "$tmp/desk" "$tmp/origin.git" &&
		git -C "$tmp/desk" remote add origin "$tmp/origin.git"
}
# packed FOLDER [VARIABLE=VALUE...]: the release of the clone there is $tmp/packed
packed() {
	where=$1
	shift
	env "$@" make -s -C "$where" dist && cp "$where/build/$name.tar.gz" "$tmp/packed"
}
cloned() { # cloned FOLDER UMASK: with files that git does not know
	(umask "$2" && git clone -q "$tmp/origin.git" "$1") && touch -d 2001-02-03 "$1/README.md" &&
		mkdir "$1/zones-example/keys" && echo x >"$1/zones-example/keys/K.private"
}
unpacked() { # the release, unpacked, makes itself
	git init -q "$tmp/unpacked" && git -C "$tmp/unpacked" commit -q --allow-empty -m another && tar -xzf "$tmp/first" -C "$tmp/unpacked" &&
		mkdir "$tmp/unpacked/$name/zones-example/keys" &&
		echo x >"$tmp/unpacked/$name/zones-example/keys/K.private" &&
		make -s -C "$tmp/unpacked/$name" dist &&
		cmp "$tmp/first" "$tmp/unpacked/$name/build/$name.tar.gz"
}
listed() { # each file of the repository, and none else
	git -C "$tmp/desk" ls-files | sed "s|^|$name/|" | sort >"$tmp/wanted"
	tar -tzf "$tmp/first" | sort | diff "$tmp/wanted" -
}
of_nobody() { # all are of root, at the time of the commit
	! tar -tvzf "$tmp/first" --full-time | grep -v ' 0/0 .* 2026-11-23 12:00:00 '
}

ok 'the version is that of the changelog' grep -q "^zonepp ($version) " "$top/.debian/changelog"
ok 'and of zonepp-changes(7)' grep -qF "$version" "$top/cmd/zonepp-changes.7"
ok 'a repository' repository
ok 'a clone' cloned "$tmp/a" 022
ok 'is packed' packed "$tmp/a"
cp "$tmp/packed" "$tmp/first"
ok 'with what git knows' listed
ok 'and tells of nobody' of_nobody
ok 'one in another folder, with other rights' cloned "$tmp/another folder" 077
ok 'in another time zone and language' \
	packed "$tmp/another folder" TZ=Asia/Kathmandu LC_ALL=C.UTF-8 LANG=tr_TR.UTF-8
ok 'has the same octets' cmp "$tmp/first" "$tmp/packed"
ok 'so does what was unpacked' unpacked
ok 'a time that is given' packed "$tmp/a" SOURCE_DATE_EPOCH=1
ok 'is obeyed' refuses cmp -s "$tmp/first" "$tmp/packed"

# --- The SBOM ---

program=$(command -v zonepp)
made_sbom() { # made_sbom FILE: of the program that is tested
	(cd "$top" && CC=${CC-cc} SOURCE_DATE_EPOCH=1 tests/sbom "$version" "$program" \
		lib/base/buf.c cmd/main.c) >"$1"
}
is_spdx() {
	python3 -c '
import json, sys
import jsonschema
rules, made = (json.load(open(name)) for name in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(rules)
jsonschema.Draft202012Validator(rules).validate(made)' "$top/tests/data/spdx-2.3.schema.json" "$1"
}
holds() { # holds EXPRESSION
	jq -e "$1" "$tmp/sbom"
}
# shellcheck disable=SC2016 # the variables are those of jq
digest_of() { # digest_of FILE NAME
	prints "$(sha256sum <"$1" | cut -d ' ' -f 1)" jq -r --arg name "$2" '
		.files[] | select(.fileName == $name).checksums[] | select(.algorithm == "SHA256").checksumValue' \
		"$tmp/sbom"
}
ok 'an SBOM is made' made_sbom "$tmp/sbom"
if python3 -c 'import jsonschema' 2>/dev/null; then
	ok 'has what SPDX 2.3 asks for' is_spdx "$tmp/sbom"
	for fault in 'del(.documentNamespace)' 'del(.files[0].checksums[0])' '.packages[0].SPDXID = "x"' \
		'.relationships[0].relationshipType = "LIKES"'; do
		jq "$fault" "$tmp/sbom" >"$tmp/bad"
		ok "which $fault has not" refuses is_spdx "$tmp/bad"
	done
fi
ok 'names each element once' holds '[.. | .SPDXID? // empty] | length == (unique | length)'
# shellcheck disable=SC2016 # the variable is that of jq
ok 'relates those that there are' holds '([.. | .SPDXID? // empty]) as $ids
	| [.relationships[] | .spdxElementId, .relatedSpdxElement] | all(IN($ids[]))'
ok 'knows the program' digest_of "$program" ./zonepp
ok 'and its sources' digest_of "$top/lib/base/buf.c" ./lib/base/buf.c
ok 'and their tables' digest_of "$top/lib/dns/types.def" ./lib/dns/types.def
ok 'each library' holds '[.relationships[] | select(.relationshipType == "DYNAMIC_LINK").relatedSpdxElement]
	| map(select(test("libcrypto|libssl|libldns|libyaml"))) | length == 4'
ok 'and the compiler' holds '[.relationships[] | select(.relationshipType == "BUILD_TOOL_OF")] | length == 1'
made_sbom "$tmp/again"
ok 'it is the same each time' cmp "$tmp/sbom" "$tmp/again"

# --- .github/RELEASING.md ---

commands() { # commands PART: the blocks of the page for it, as one script
	sed -n "/^\`\`\`sh $1\$/,/^\`\`\`\$/p" "$top/.github/RELEASING.md" | grep -v '^```' >"$tmp/commands"
	[ -s "$tmp/commands" ]
}
# The page builds the program for the SBOM; here that is the one that is tested.
stand_in() {
	git -C "$tmp/desk" checkout -q -b stand-in && sed -i 's|^sbom: .*|sbom:|' "$tmp/desk/GNUmakefile" &&
		sed -i "s|tests/sbom \$(VERSION) \$(B)/zonepp|tests/sbom \$(VERSION) '$program'|" \
			"$tmp/desk/GNUmakefile" &&
		git -C "$tmp/desk" commit -qam 'no build' && git -C "$tmp/desk" push -q origin stand-in
}
make_release() {
	commands make && cd "$tmp/desk" &&
		KEY=$tmp/signer RELEASE=$tmp/release VERSION=$version sh -eu "$tmp/commands"
}
published() { # what users get
	mkdir "$tmp/got" && cp "$tmp/release/build/$name".tar.gz* "$tmp/release/build/zonepp.spdx.json"* "$tmp/got"
}
check_release() { # check_release SIGNERS: in a copy of what was got
	rm -rf "$tmp/user" && cp -R "$tmp/got" "$tmp/user" && commands check && cd "$tmp/user" &&
		SIGNERS=$1 REPOSITORY=$tmp/origin.git VERSION=$version sh -eu "$tmp/commands" || return 1
}
in_own() { # in_own COMMAND...: the folder stays
	("$@")
}
ssh-keygen -q -t ed25519 -N '' -C test -f "$tmp/signer"
ssh-keygen -q -t ed25519 -N '' -C other -f "$tmp/other"
for who in signer other; do
	printf 'releases@zonepp.example namespaces="git,zonepp" %s\n' "$(cut -d ' ' -f 1,2 "$tmp/$who.pub")" \
		>"$tmp/allowed-$who"
done
ok 'a maintainer' stand_in
ok 'makes a release by the page' in_own make_release
ok 'publishes it' published
ok 'and a user finds it good' in_own check_release "$tmp/allowed-signer"
ok 'but not by the key of another' refuses in_own check_release "$tmp/allowed-other"
printf x >>"$tmp/got/zonepp.spdx.json"
ok 'nor with another SBOM' refuses in_own check_release "$tmp/allowed-signer"
cp "$tmp/release/build/zonepp.spdx.json" "$tmp/got"
printf x >>"$tmp/got/$name.tar.gz"
(cd "$tmp/got" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
ok 'nor with other sources, whatever the digest says' refuses in_own check_release "$tmp/allowed-signer"

# --- The workflow ---

workflow=$top/.github/workflows/check.yml
targets() { # those that it runs, of which GNUmakefile knows each
	{
		sed -n 's/.* target: \[\(.*\)\]$/\1/p' "$workflow" | tr -d ' ' | tr , '\n'
		sed -n 's/^ *- run: make \([a-z -]*\)$/\1/p' "$workflow" | tr ' ' '\n'
	} >"$tmp/targets"
	[ "$(grep -c . "$tmp/targets")" -ge 6 ] && while read -r target; do
		grep -qE "^([a-z-]+ )*$target( [a-z-]+)*:" "$top/GNUmakefile" || { echo "no target $target"; return 1; }
	done <"$tmp/targets"
}
pasted() { # expressions of the forge in commands
	grep -E '^ *- run:.*\{\{' "$workflow"
}
is_workflow() {
	python3 -c '
import sys, yaml
workflow = yaml.safe_load(open(sys.argv[1]))
assert workflow["permissions"] == {"contents": "read"}
assert set(workflow[True]) == {"push", "pull_request", "schedule"}, "no secrets for strangers"
for job in workflow["jobs"].values():
	assert job["timeout-minutes"] and job["container"]
	for step in job["steps"]:
		assert ("run" in step) != ("uses" in step)
		if "uses" in step:
			assert step["with"] == {"persist-credentials": False}' "$workflow"
}
ok 'the workflow runs targets that there are' targets
ok 'and pastes nothing into commands' refuses pasted
if python3 -c 'import yaml' 2>/dev/null; then
	ok 'it has no rights but to read, and an end' is_workflow
fi
plan
