# What the tests of zonepp probe share, beside common.sh.
# shellcheck shell=sh

# --- Certificates: a CA, and under it those of the servers ---

issue() { # issue NAME SUBJECTALTNAME [KEY-OPTION...]: NAME.pem and NAME.key by the CA
	name=$1 names=$2
	shift 2
	[ $# -gt 0 ] || set -- -newkey ec -pkeyopt ec_paramgen_curve:P-256
	openssl req -new "$@" -nodes -keyout "$tmp/$name.key" -subj "/CN=$name" \
		-addext "subjectAltName=$names" -out "$tmp/$name.csr" &&
		openssl x509 -req -in "$tmp/$name.csr" -CA "$tmp/ca.pem" -CAkey "$tmp/ca.key" -days 40 \
			-copy_extensions copy -out "$tmp/$name.pem"
}
certificates() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tmp/ca.key" \
		-subj '/CN=Test CA' -days 50 -addext basicConstraints=critical,CA:TRUE -out "$tmp/ca.pem" &&
		issue mail DNS:mail.example.org && issue other DNS:other.example.org &&
		cat "$tmp/mail.pem" "$tmp/ca.pem" >"$tmp/chain.pem"
}

# --- What is asked of the probe ---

records() { # records LINE...: a project of these lines, in $tmp
	cat >"$tmp/zonepp.yaml" <<-YAML
	policies: { plain: { sign: false } }
	defaults: { template: "{zone}.zone", policy: plain }
	zones: { example.org: }
	YAML
	{
		cat <<-'ZONE'
		$ORIGIN example.org.
		$TTL 1h
		@	SOA	ns1 hostmaster 1 4h 30m 1w 10m
		@	NS	ns1
		@	MX	10 mail
		ns1	A	127.0.0.1
		mail	A	127.0.0.1
		_xmpp-client._tcp SRV 0 0 5222 mail
		_xmpp-server._tcp SRV 0 0 5269 mail
		ZONE
		printf '%s\n' "$@"
	} >"$tmp/example.org.zone"
}
probe() { # probe STATUS TEXT [OPTION...]: it ends so, and says so
	wanted=$1 text=$2
	shift 2
	zonepp probe -C "$tmp" "$@" >"$tmp/table" 2>"$tmp/problems"
	status=$?
	cat "$tmp/table" "$tmp/problems"
	[ $status -eq "$wanted" ] && cat "$tmp/table" "$tmp/problems" | grep -qF -- "$text"
}
mail_at() { # mail_at PORT: of the service, at $port
	echo "--at=mail.example.org:$1=127.0.0.1:$port"
}
sha256() { # sha256 NAME: of the public key
	openssl x509 -in "$tmp/$1.pem" -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum |
		cut -c 1-8
}
