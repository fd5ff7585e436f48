# For the scenarios lock-*: . "$SHARED/sources.sh"
# sources: files of all kinds that templates may name, beside those of certs/
sources() {
	openssl pkcs12 -export -inkey certs/mail.key -in certs/mail.pem -certfile certs/ca.pem \
		-out mail.p12 -passout pass:geheim
	openssl pkcs8 -topk8 -in certs/mail.key -passout pass:geheim -out encrypted.key
	cat certs/mail.pem encrypted.key >locked.pem
	cat certs/ca.pem certs/mail.pem certs/mail.key >own.pem
	chmod 600 own.pem
	openssl req -new -key certs/mail.key -subj /CN=mail.example.org -out mail.csr
	mkdir folder
	cp certs/mail.pem certs/web.pem certs/ca.pem folder
	cp certs/mail.key folder/key.pem
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out dkim.key
}
