#!/bin/sh
# NSD, BIND, Knot and PowerDNS load zones that have everything, signed with NSEC, with NSEC3, with opt-out
# and with salt. Each is asked for every set of records, which must be as the file has it, with all its
# signatures, and for what is not there. A client that knows libldns alone judges each answer, and so do
# Unbound, for its cache, and delv, each with the zone's own key as its trust anchor.
# shellcheck source=tests/e2e/common.sh
. "$(dirname "$0")/common.sh"

here=$(dirname "$0")
ask=$(dirname "$(command -v zonepp)")/tests/ask/ask
zones='nsec.example nsec3.example optout.example salted.example'

skip() { # skip WHAT WHY
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# --- The zones ---

publish() { # publish FOLDER ZONE OPTION...
	folder=$1 zone=$2
	shift 2
	zonepp sign -o "$folder/$zone.zone" --zone "$zone" --keys "$tmp/keys" --zonemd --cds "$@" "$folder/template"
}
publish_for() { # publish_for SERVER FOLDER: but for what that server gets wrong
	mkdir "$2" && cp "$tmp/cert.pem" "$2" &&
		cat "$here/tricky.zone" "$here/served.zone" | grep -v "; not $1" >"$2/template" || return
	set -- "$2"
	publish "$1" nsec.example && publish "$1" nsec3.example --nsec3 &&
		publish "$1" optout.example --opt-out &&
		publish "$1" salted.example --opt-out --salt 5a17 --iterations 5
}
mkdir "$tmp/keys" "$tmp/questions"
for zone in $zones; do
	dnssec-keygen -q -K "$tmp/keys" -a ECDSAP256SHA256 -f KSK -P now-1y -A now-1y "$zone" >/dev/null
done
anchors "$tmp/keys" >"$tmp/anchors"
grep -hv '^;' "$tmp"/keys/K*.key >"$tmp/dnskeys"
sed 's/ 13 \(..\)\(..\)/ 13 \2\1/' "$tmp/dnskeys" >"$tmp/others"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tmp/key" \
	-subj /CN=ns.nsec.example -days 30 -out "$tmp/cert.pem" 2>/dev/null
digest=$(openssl x509 -in "$tmp/cert.pem" -noout -pubkey | openssl pkey -pubin -outform DER |
	openssl dgst -sha256 -r | cut -d ' ' -f 1)

# --- What is asked ---

# questions ZONE FILE: each signed set of it, and what is not there
questions() {
	awk '$4 == "RRSIG" && $5 != "NSEC3" { print $1, $5, "answer" }' "$2" | sort -u >"$tmp/signed"
	# At a cut the NSEC record is the child's, too: servers refer.
	awk '$4 == "NS" && $1 != zone { print $1, "NSEC", "answer" }' zone="$1." "$2" | grep -vxFf - "$tmp/signed"
	column=3
	case $1 in optout.* | salted.*) column=4 ;; esac
	awk -v zone="$1." -v column=$column '!/^#/ {
		sub(/\.@$/, "." zone, $1)
		sub(/^@$/, zone, $1)
		print $1, $2, $column == "" ? $3 : $column }' "$here/served.questions"
}
for_resolvers() { # nobody is there behind a referral or a DNAME
	awk '$3 != "secure" && $3 != "insecure" && $1 !~ /\.dname2?\./'
}
# The answers' records, in order and as `dig` prints them, each behind its question.
answered() { # answered PORT QUESTIONS
	awk '$3 == "answer" { print $1, $2 }' "$2" >"$tmp/plain"
	[ "$server" != pdns ] || sed -i '/ NSEC3PARAM$/d' "$tmp/plain"
	dig @127.0.0.1 -p "$1" +norec +dnssec +noall +question +answer +time=5 +tries=1 -f "$tmp/plain"
}
# as_in_file FILE: what `answered` says on standard input is what the file has
as_in_file() {
	named-compilezone -q -i none -k ignore -n ignore -s full -o - "$zone" "$1" >"$tmp/full" &&
		perl -e '
		sub alike { # spaces in base64, and names that were compressed, are not what is compared
			my ($owner, $ttl, $type, $rdata) = $_[0] =~ /^(\S+)\s+(\d+)\s+IN\s+(\S+)\s+(.*)/ or die $_[0];
			$rdata = lc $rdata if $type =~ /^(NS|MX|CNAME|PTR|SOA|SRV|NAPTR|KX|RP|AFSDB|NSEC|DNAME)$/;
			$rdata =~ s/\s+//g if $rdata !~ /"/;
			return (lc $owner, $type eq "RRSIG" ? $rdata =~ /^([A-Z]+|TYPE\d+?)(?=1[345]|8)/ : $type, "$ttl $type $rdata");
		}
		open my $full, "<", shift or die;
		my (%file, %asked, %got, $at);
		while (<$full>) {
			next if /^;/;
			my ($owner, $type, $text) = alike($_);
			$file{"$owner $type"}{$text} = 1;
		}
		while (<STDIN>) {
			if (/^;(\S+)\s+IN\s+(\S+)/) { $at = lc($1) . " $2"; $asked{$at} = 1; next; }
			next if !/\S/ or /^;/;
			my ($owner, $type, $text) = alike($_);
			$got{$at}{$text} = 1 if "$owner $type" eq $at;
		}
		for my $at (sort keys %asked) {
			next if !$file{$at}; # by a wildcard, or behind an alias
			my @file = sort keys %{$file{$at}};
			my @got = sort keys %{$got{$at} // {}};
			next if "@file" eq "@got";
			print "$at\n  the file has\t", join("\n\t\t", @file), "\n  answered is\t", join("\n\t\t", @got), "\n";
			$bad = 1;
		}
		my $n = grep { $file{$_} } keys %asked;
		print "$n sets\n";
		exit($bad || $n < 40);' "$tmp/full"
}
sets_agree() { # sets_agree FILE QUESTIONS
	answered "$port" "$2" >"$tmp/answered" && as_in_file "$1" <"$tmp/answered"
}
transferred() { # transferred FILE: a zone transfer brings it
	dig "@127.0.0.1" -p "$port" +noall +answer +onesoa "$zone" AXFR >"$tmp/axfr" &&
		made_by_server <"$tmp/axfr" >"$tmp/axfr.file" && made_by_server <"$1" >"$tmp/file" &&
		zonepp diff --zone "$zone" "$tmp/file" "$tmp/axfr.file"
}
# PowerDNS transfers NSEC records that it makes, with names in small letters, and the NSEC3PARAM record
# of its database with a TTL of its own, which its signature does not mind.
made_by_server() {
	case $server in
	pdns) awk '$4 != "NSEC" && $4 != "NSEC3PARAM"' ;;
	*) cat ;;
	esac
}

# --- Those who judge ---

asked() { # asked QUESTIONS [OPTION...]: nothing is lost or wrong, by UDP and TCP
	questions=$1
	shift
	"$ask" -r 2 "$@" "$questions" "$server=$port" >"$tmp/asked"
	status=$?
	cat "$tmp/asked"
	return $status
}
unbound_conf() {
	printf 'server:\n\taggressive-nsec: no\n\tlocal-zone: "in-addr.arpa." nodefault\n'
	sed 's/.*/\ttrust-anchor: "&"/' "$tmp/dnskeys"
	for zone in $zones; do
		printf 'stub-zone:\n\tname: %s\n\tstub-addr: 127.0.0.1@%s\n' "$zone" "$1"
	done
}
delv_believes() { # a sample, as delv is asked once for each
	answers "$zone" "_25._tcp.ns.$zone" TLSA "3 1 1 $digest" &&
		validates "$zone" "_443._tcp.www.$zone" TLSA && grep -q 'TLSA.*2 1 1' "$tmp/answer" &&
		answers "$zone" "secure.$zone" DS '60485 13 2' && denies "$zone" "ent.$zone" A NXRRSET &&
		denies "$zone" "x.y.ns.$zone" A NXDOMAIN || return
	case $zone in
	optout.* | salted.*) ;;
	*)
		answers "$zone" "any.w.$zone" A 192.0.2.5 && denies "$zone" "any.w.$zone" AAAA NXRRSET &&
			denies "$zone" "insecure.$zone" DS NXRRSET
		;;
	esac
}

while read -r server label; do
	if ! has_server "$server"; then
		skip "$label" 'it is not installed'
		continue
	fi
	files=$tmp/zones-$server
	ok "$label: the zones are published" publish_for "$label" "$files"
	ok "$label starts" serve "$server" "$files"
	at=$port
	for zone in $zones; do
		questions "$zone" "$files/$zone.zone" >"$tmp/questions/$zone"
		ok "$label: the zone $zone" transferred "$files/$zone.zone"
		ok "$label: every set of $zone" sets_agree "$files/$zone.zone" "$tmp/questions/$zone"
		ok "$label: every answer and denial of $zone" asked "$tmp/questions/$zone" -a "$tmp/dnskeys"
		ok "$label: delv believes it of $zone" delv_believes
	done
	ok "$label: nothing is believed under another's keys" \
		refuses asked "$tmp/questions/nsec.example" -a "$tmp/others"
	if has_server unbound; then
		unbound_conf "$at" >"$tmp/unbound.part"
		ok "$label: Unbound asks it" serve unbound "$tmp/unbound.part"
		for zone in $zones; do
			for_resolvers <"$tmp/questions/$zone" >"$tmp/questions/resolver"
			ok "$label: Unbound believes all of $zone" asked "$tmp/questions/resolver" -v
		done
		kill "$server_pid"
	else
		skip "$label: Unbound asks it" 'Unbound is not installed'
	fi
done <<'SERVERS'
nsd NSD
named BIND
knotd Knot
pdns PowerDNS
SERVERS
plan
