# A record for one certificate: mostly the time that a program takes to start.
# shellcheck shell=sh

tlsa() { # tlsa TABLE FILE WHAT
	round=0
	while [ $((round += 1)) -le "$rounds" ]; do
		calls zonepp-tlsa "$called" zonepp tlsa --name _25._tcp.mail.example.org "$2"
		calls danetool "$called" danetool --tlsa-rr --host mail.example.org --port 25 --load-certificate "$2"
		calls ldns-dane "$called" ldns-dane -n -c "$2" create mail.example.org 25 3 1 1
	done
	table "$1" "$called" "$called records of $3" zonepp-tlsa danetool ldns-dane
	factor zonepp-tlsa danetool 1
	end
}
if wanted tlsa; then
	prepare openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key \
		-subj '/CN=Bench CA' -out ca.pem
	prepare openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout mail.key \
		-subj /CN=mail.example.org -addext basicConstraints=CA:FALSE \
		-addext subjectAltName=DNS:mail.example.org -CA ca.pem -CAkey ca.key -out cert.pem
	cat cert.pem ca.pem >chain.pem
	tlsa certificate cert.pem 'a certificate'
	tlsa chain chain.pem 'a certificate with the one of its CA'
fi
