# Signing a zone with a key on a token of SoftHSM 2, by one thread and by two, beside the bare calls of
# C_SignInit and C_Sign; and with each signature verified, as it is where nobody says otherwise.
# shellcheck shell=sh

token_begin() { # a token, and $token_key on it; fails where there is no SoftHSM 2
	for path in /usr/lib/softhsm /usr/lib/*/softhsm /usr/lib64/softhsm /usr/lib64/pkcs11; do
		[ ! -e "$path/libsofthsm2.so" ] || token_module=$path/libsofthsm2.so
	done
	[ "${token_module-}" ] && command -v softhsm2-util >/dev/null || return
	mkdir -p tokens
	printf 'directories.tokendir = %s/tokens\nlog.level = ERROR\n' "$PWD" >softhsm2.conf
	export SOFTHSM2_CONF="$PWD/softhsm2.conf"
	(umask 077 && echo 4711 >pin)
	softhsm2-util --init-token --free --label bench --pin 4711 --so-pin 4711 >/dev/null &&
		token_key=token-keys/$(zonepp keys generate --keys=token-keys \
			--token="pkcs11:token=bench?pin-source=$PWD/pin&module-path=$token_module" bench).private
}
token_sign() { # token_sign NAME THREADS [OPTION...]
	name=$1 threads=$2
	shift 2
	run "$name" zonepp sign -j "$threads" -o token.out --zone bench --key "$token_key" "$@" bench.zone
}

if wanted token && token_begin; then
	n=$((signed / 10))
	hosts "$n"
	for threads in 1 2; do
		round=0
		while [ $((round += 1)) -le "$rounds" ]; do
			run bare-C_Sign bare_token "$token_module" "$token_key" "$(signatures_of "$n")" $threads
			token_sign zonepp-token $threads --verify none
			token_sign zonepp-chain $threads --verify chain
			token_sign zonepp-full $threads
		done
		table "threads-$threads" "$n" "signing $n names on a token, threads: $threads" \
			zonepp-token bare-C_Sign zonepp-chain zonepp-full
		factor zonepp-token bare-C_Sign 1.3
		end token.out
	done
	rm -rf tokens token-keys
fi
