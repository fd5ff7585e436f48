#include "zone_fixture.h"

#include "check/text.h"

/* Public keys: RSA of 2048 bits in two halves, the second as RSAPublicKey alone; of 1024 and 512
 * bits; Ed25519 as 32 octets, and with a header. */
#define RSA_BEGIN                                                                                  \
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAlYXov+zuTMt1tSFyq30BxXkj3rN+"                 \
	"oQkP35hdexYx8LJaKnAKMuIEQHpFSkcQUxfuAoJQLsqGRo+Ad3WbPrwHDzLXQURSD62JmLnC/"                \
	"6RBpy34sYGN2hpAyw/19OQjA06OGbmSDyEKJLxrleEV2VdCWkJJ959N"
#define RSA_END                                                                                    \
	"gUqfnp+bgc2sW/fnISVCaKdh54AAK534GotFCeqi+AgX/"                                            \
	"jXgoSJqmMhZPfNPV4uAqBxWnpP3CfK+"                                                          \
	"7D7MfCUF1NBHVmKkNNCvR1KaVPeReBkTUxbk82XnNUDRaQtA1COMpA195KNOrcg5DB/"                      \
	"xgzNbNfLS9R9Qea8x2APZvFfXQi8lOdxwnevEL9l9owIDAQAB"
#define RSA_PLAIN_BEGIN                                                                            \
	"MIIBCgKCAQEAvvLP/K6Is4eOCKcbr8JGqxvvVUdWsqzXQ8k5ysUeq9BZesV5PIloEpS/"                     \
	"uFYpJCtG6rU7+TtOePS5HQU4uwfuQls5bjYvXTxwKXv5wDI9VUltrks+rS4b9i/"                          \
	"VaKIUJLVBC7gAOrjpnmmzRJJjU32+HwQNL/yh9AqFzyzyEI1rkeMThknnKmkmQx2m0IKb"
#define RSA_PLAIN_END                                                                              \
	"JitJD1PAITvuJTAIGO9zX6hra2nrDEQ7GjM4PKpjtA7wv67Xq/zBynsGoitTX4e5V3c9szSBnnafArvp1L9S/"    \
	"wD1SzHDefJEZOwzcLayr9dWBXrDZx6z85sRn3nHLRk4cLYkzk9IqHglNVoaquK1vZHMZQIDAQAB"
#define RSA_1024                                                                                   \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDjZblGw3pnTuoo9QotLRLPSgVRlBzC1vtm1mdDwT5UOX3wLebr" \
	"7bYAFLFftoO4W3m9e2ha1vOINgCzqTzFMjWMNbiKDVlHFFiESQ6l9cw/Shwir6Sju4JJt/"                   \
	"yMZ6CsfW6E5IHvSVdZ6rpx8ffG/bQ633B1YQtFnLkP0hASugrF4wIDAQAB"
#define RSA_512                                                                                    \
	"MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMBiHKQoNjm++OfPLU9aTyq5TAXDiZ7vBF8zNDYtuifKEFyyB8+"      \
	"6XH8Xmr6xILNu7oPowQlH77zTOr0ewyowxO8CAwEAAQ=="
#define ED25519 "pR0UvlPsom4UtnpRud47rxF7g2QXSwAi8YF8MbLnAjc="
#define ED25519_HEADED "MCowBQYDK2VwAyEAA2tPUEIB4VBqo3I4QurvTDoPwv7kAsgcSR/SL97MPmQ="

/* What stands behind the zone's head, from line 5 on, and what is told of it. */
static const struct {
	const char *text, *problems;
} bad[] = {
    {"_dmarc TXT v=DMARC1; p=none\n", "Z070 5:20"},
    {"_dmarc TXT \"v=DMARC1\"; p=none\n", "Z070 5:22"},
    {"_dmarc TXT v=DMARC1 ; p=none\n", "Z070 5:21"},
    {"_dmarc TXT ( v=DMARC1; p=none\n )\n", "Z070 5:22"},
    {"_dmarc TXT v=DMARC1;\n", "Z076 5:12"},
    {"@ CAA 0 issue letsencrypt.org; validationmethods=dns-01\n", "Z070 5:30"},
    {"@ CAA 0 issue letsencrypt.org;foo=bar\n", "Z070 5:30"},
    {"_mta-sts TXT v=STSv1; id=20240101\n", "Z070 5:21"},
    {"_smtp._tls TXT v=TLSRPTv1; rua=mailto:a@b.c\n", "Z070 5:26"},
    {"k._domainkey TXT v=DKIM1; k=rsa; p=AAAA\n", "Z070 5:25"},
    {"k._domainkey TXT k=rsa; p=AAAA\n", "Z070 5:23"},
    {"default._bimi TXT v=BIMI1; l=https://x/y.svg\n", "Z070 5:26"},
    {"@ TXT v=spf1 include:_spf.example.net -all\n", "Z071 5:14"},
    {"@ TXT \"v=spf1 a\" \"include:x.net -all\"\n", "Z071 5:18"},
    {"@ TXT \"v=spf1 a \" \"include:x.net\" \"-all\"\n", "Z071 5:35"},
    {"@ TXT \"v=spf1 include:a.net\" \"include:x.net -all\"\n", "Z071 5:30"},
    {"@ TXT \"v=spf1 mx -all\"\n@ TXT \"v=spf1 a -all\"\n", "Z073 6:1"},
    {"@ TXT \"v=spf1 ipv4:192.0.2.1 -all\"\n", "Z073 5:15"},
    {"@ TXT \"v=spf1 ip4:2001:db8::1 -all\"\n", "Z073 5:15"},
    {"@ TXT \"v=spf1 ip4:192.0.2.0/33 -all\"\n", "Z073 5:15"},
    {"@ TXT \"v=spf1 ip4=192.0.2.0 -all\"\n", "Z073 5:15"},
    {"@ TXT \"v=spf1 ip4 192.0.2.0 -all\"\n", "Z073 5:15, Z073 5:19"},
    {"@ TXT \"v=spf1 redirect:x.net\"\n", "Z073 5:15"},
    {"@ TXT \"v=spf1 redirect=x.net -all\"\n", "Z075 5:15"},
    {"@ TXT \"v=spf1 -all mx\"\n", "Z075 5:20"},
    {"@ TXT \"v=spf1 ptr +all\"\n", "Z075 5:15, Z075 5:19"},
    {"@ TXT \"v=spf1 include:_spf -all\"\n", "Z073 5:15"},
    {"@ TXT \"v=spf1 a:mail -all\"\n", "Z073 5:15"},
    {"@ TXT \"v=spf1 a:192.0.2.1 -all\"\n", "Z073 5:15"},
    {"@ TXT \"v=spf1 include:x.net,-all\"\n", "Z073 5:15"},
    {"@ TXT \"v=spf1 include:x.net; -all\"\n", "Z073 5:15"},
    {"@ TXT \"v=spf1 exists:%{i}.x.net %{x}.y -all\"\n", "Z073 5:33"},
    {"@ TXT \"v=spf1 exists:%{x}.y -all\"\n", "Z073 5:15"},
    {"@ TXT \"v=spf1; a -all\"\n", "Z073 5:8"},
    {"@ TXT \"v=spf1include:x.net -all\"\n", "Z073 5:8"},
    {"@ TXT \" v=spf1 -all\"\n", "Z073 5:8"},
    {"@ TXT \"\\\"v=spf1 -all\\\"\"\n", "Z073 5:8"},
    {"@ TXT \"v=spf1 a a a a a a a a a a a -all\"\n", "Z074 5:8"},
    {"@ TXT \"v=spf1 include:b.example.org -all\"\nb TXT \"v=spf1 include:example.org -all\"\n",
	"Z074 5:8, Z074 6:8"},
    {"@ TXT \"v=spf1 include:b.example.org -all\"\n", "Z073 5:15"},
    {"@ SPF \"v=spf1 -all\"\n", "Z075 5:1"},
    {"_dmarc TXT \"v=DMARC1\"\n", "Z076 5:13"},
    {"_dmarc TXT \"v=DMARC1; p=non\"\n", "Z076 5:25"},
    {"_dmarc TXT \"p=none; v=DMARC1\"\n", "Z076 5:21"},
    {"_dmarc TXT \"v=dmarc1; p=none\"\n", "Z076 5:15"},
    {"_dmarc TXT \"v=DMARC1 p=none\"\n", "Z076 5:22"},
    {"_dmarc TXT \"p=none\"\n", "Z076 5:13"},
    {"_dmarc TXT \"v=DMARC1; p=none; pct=101\"\n", "Z076 5:35"},
    {"_dmarc TXT \"v=DMARC1; p=none; rua=a@b.c\"\n", "Z076 5:35"},
    {"_dmarc TXT \"v=DMARC1; p=none; rua=mailto:a@b.c;mailto:d@e.f\"\n", "Z076 5:48"},
    {"_dmarc TXT \"v=DMARC1; p=none; rua=mailto:a@b.c mailto:d@e.f\"\n", "Z076 5:35"},
    {"_dmarc TXT \"v=DMARC1; p=none; adkim=strict; fo=1:x; ri=1d\"\n",
	"Z076 5:37, Z076 5:50, Z076 5:56"},
    {"_dmarc TXT \"v=DMARC1; p=none\"\n_dmarc TXT \"v=DMARC1; p=reject\"\n", "Z076 6:1"},
    {"_dmarc TXT \"v=DMARC1; p=none; p=none\"\n", "Z076 5:31"},
    {"_dmarc TXT \"v=DMARC1;; p=none\"\n", "Z076 5:22"},
    {"@ TXT \"v=DMARC1; p=none\"\n", "Z072 5:1"},
    {"k._domainkey TXT \"v=DKIM1; k=rsa; p=AAAA\"\n", "Z078 5:37"},
    {"k._domainkey TXT \"v=DKIM1; k=rsa; p=AA!A\"\n", "Z077 5:37"},
    {"k._domainkey TXT \"v=DKIM1; k=ed25519; p=AAAA\"\n", "Z077 5:41"},
    {"k._domainkey TXT \"v=DKIM1; k=dsa; p=\"\n", "Z077 5:30"},
    {"k._domainkey TXT \"v=DKIM1; h=sha1; p=\"\n", "Z077 5:30"},
    {"k._domainkey TXT \"k=rsa; v=DKIM1; p=\"\n", "Z077 5:26"},
    {"k._domainkey TXT \"v=DKIM1; k=rsa\"\n", "Z077 5:19"},
    {"@ CAA 1 issue \"letsencrypt.org\"\n", "Z083 5:7"},
    {"@ CAA 0 isue \"letsencrypt.org\"\n", "Z082 5:9"},
    {"@ CAA 128 foo \"letsencrypt.org\"\n", "Z082 5:11"},
    {"@ CAA 0 foo \"letsencrypt.org\"\n", "Z083 5:9"},
    {"@ CAA 0 issue \"https://letsencrypt.org\"\n", "Z082 5:16"},
    {"@ CAA 0 issue \"letsencrypt.org.\"\n", "Z082 5:16"},
    {"@ CAA 0 issue \"letsencrypt.org; dns-01\"\n", "Z082 5:33"},
    {"@ CAA 0 issue \"a.org, b.org\"\n", "Z082 5:16"},
    {"@ CAA 0 iodef \"a@b.c\"\n", "Z082 5:16"},
    {"_mta-sts TXT \"v=STSv1; id=2024-01-01\"\n", "Z080 5:27"},
    {"_mta-sts TXT \"v=STSv1\"\n", "Z080 5:15"},
    {"_smtp._tls TXT \"v=TLSRPTv1; rua=a@b.c\"\n", "Z079 5:33"},
    {"_smtp._tls TXT \"v=TLSRPTv1\"\n", "Z079 5:17"},
    {"$GENERATE 1-2 k$._domainkey TXT v=DKIM1; p=\n", "Z070 5:40"},
    {"k._domainkey TXT \"p=" RSA_1024 "\"\n", "Z078 5:21"},
    {"k._domainkey TXT \"p=" RSA_512 "\"\n", "Z077 5:21"},
    {"k._domainkey TXT \"p=" RSA_BEGIN "\"\n", "Z078 5:21"},
    {"k._domainkey TXT \"k=ed25519; p=" ED25519_HEADED "\"\n", "Z077 5:32"},
    {"k._domainkey TXT p=" RSA_1024 "; t=s\n", "Z070 5:236"},
    {"k._domainkey TXT \"v=DKIM1; p=\"\nk._domainkey TXT \"v=DKIM1; k=rsa; p=\"\n", "Z077 6:1"},
    {"@ TXT v=MCPv1;k=ed25519;p=x\n", "Z070 5:14"},
    /* Versions that are others, and names at which nothing else is looked for */
    {"_dmarc TXT \"v=DMARC2; p=none\"\n", "Z076 5:15"},
    {"_dmarc TXT \"v=DMARC; p=none\"\n", "Z076 5:15"},
    {"_mta-sts TXT \"v=STSv2; id=1\"\n", "Z080 5:17"},
    {"_smtp._tls TXT \"v=TLSRPT1; rua=mailto:a@b.c\"\n", "Z079 5:19"},
    {"k._domainkey TXT \"v=DKIM2; p=\"\n", "Z077 5:21"},
    {"_mta-sts TXT \"id=1\"\n", "Z080 5:15"},
    {"_mta-sts TXT \"id=1; v=STSv1\"\n", "Z080 5:21"},
    {"_smtp._tls TXT \"rua=mailto:a@b.c\"\n", "Z079 5:17"},
    {"_dmarc TXT \"v:DMARC1; p:none\"\n", "Z076 5:1"},
    {"k._domainkey TXT \"AAAA\"\n", "Z077 5:1"},
    {"_dmarc TXT x\n TXT \"v=spf1 -all\"\n", "Z076 5:1"},
    {"_mta-sts TXT \"v = STSv1; id=1\"\n", "Z080 5:15"},
    {"_smtp._tls TXT \"v= TLSRPTv1; rua=mailto:a@b.c\"\n", "Z079 5:17"},
    /* One problem for one fault */
    {"_dmarc TXT \"v=DMARC1, p=none\"\n", "Z076 5:23"},
    {"_dmarc TXT \"v=DMARC1; p=none rua=mailto:a@b.c\"\n", "Z076 5:30"},
    {"_dmarc TXT \"v=DMARC1; p=none; rua=mailto:a@b.c, ruf=mailto:a@b.c\"\n", "Z076 5:49"},
    {"k._domainkey TXT \"v=DKIM1; k=rsa p=AAAA\"\n", "Z077 5:34"},
    {"k._domainkey TXT \"v=DKIM1 k=rsa p=AAAA\"\n", "Z077 5:27"},
    {"_dmarc TXT \"DMARC1; p=none\"\n", "Z076 5:13"},
    {"_dmarc TXT \"\\\"v=DMARC1; p=none\\\"\"\n", "Z076 5:13"},
    {"_dmarc TXT \"\342\200\234v=DMARC1; p=none\342\200\235\"\n", "Z076 5:13"},
    {"@ TXT \"\342\200\230v=spf1 -all\342\200\231\"\n", "Z073 5:8"},
    {"@ TXT \"v=spf1 include: a.net -all\"\n", "Z073 5:15"},
    {"@ TXT \"v=spf1 ip4: 192.0.2.1 -all\"\n", "Z073 5:15"},
    {"@ TXT \"v=spf1 include:https://a.net -all\"\n", "Z073 5:15"},
    {"@ CAA 0 contactemail \"mailto:a@b.c\"\n", "Z082 5:23"},
    {"_smtp._tls TXT \"v=TLSRPTv1; rua=http://a.net/\"\n", "Z079 5:33"},
    {"@ CAA 0 issue \"a.org; validationmethods=dns-01;\"\n", "Z082 5:48"},
    {"@ CAA 0 issue \"a.org;;a=b\"\n", "Z082 5:22"},
    /* Names of the zone that have nothing */
    {"@ TXT \"v=spf1 a:gone.example.org/28 -all\"\n", "Z075 5:15"},
    {"@ TXT \"v=spf1 ~mx:m.example.org//64 -all\"\nm A 192.0.2.1\n", "Z075 5:15"},
    /* Ten problems of one text at most */
    {"_dmarc TXT \"v=DMARC1;p=none;;;;;;;;;;;;;;;;;;;\"\n",
	"Z076 5:29, Z076 5:30, Z076 5:31, Z076 5:32, Z076 5:33, Z076 5:34, Z076 5:35, Z076 5:36, "
	"Z076 5:37, Z076 5:38"},
    /* Where nobody looks */
    {"a MX 0 .\na TXT \"v=DMARC1; p=none\"\n", "Z072 6:1"},
    {"@ MX 0 .\n_mta_sts TXT \"v=STSv1; id=1\"\n", "Z072 6:1"},
    {"@ MX 0 .\nsmtp._tls TXT \"v=TLSRPTv1; rua=mailto:a@b.c\"\n", "Z072 6:1"},
    {"@ MX 0 .\nk.domainkey TXT \"v=DKIM1; p=\"\n", "Z072 6:1"},
    {"dmarc TXT \"v=DMARC1; p=none\"\n@ MX 0 .\n", "Z072 5:1"},
    {"DMARC.a TXT \"v=DMARC1; p=none\"\na MX 0 .\n", "Z072 5:1"},
    {"@ MX 0 .\nmta-sts TXT \"v=STSv1; id=1\"\n", "Z072 6:1"},
    {"@ TXT \"v=TLSRPTv1; rua=mailto:a@b.c\"\n", "Z072 5:1"},
    {"@ TXT \"v=DKIM1; p=\"\n", "Z072 5:1"},
    /* Escapes, blank owners, other records between, and a part in parentheses */
    {" TXT \"v=spf1 \\105p4:192.0.2.1 \\\"\"\n", "Z073 5:31"},
    {"a A 192.0.2.1\n\tTXT ( \"v=spf1\" ; x=y\n\" mx\" \" all2\" ) ; b\n", "Z073 7:9"},
    {"_dmarc TXT \\# 9 08763d444d41524331\n", "Z076 5:1"},
    {"_dmarc 60 IN TXT \"v=DMARC1; p=x\"\n", "Z076 5:31"},
};

static const char *const good[] = {
    "@ TXT \"google-site-verification=rXOxyZounnZasA8Z7oaD3c14JdjS9aKSWvsR1EbUSIQ\"\n",
    "@ TXT MS=ms12345678\n",
    "@ TXT \"apple-domain-verification=abc\" \"docusign=05958488-4752-4ef2-95eb-aa7ba8a3bd0e\"\n",
    "@ TXT \"v=verifydomain MS=1234\"\n", "@ TXT \"spf2.0/pra include:x -all\"\n",
    "@ TXT \"v=spf10 foo\"\n", "@ TXT \"v=spf1 -all\" ; my comment\n",
    "@ TXT \"v=spf1 include:_spf.google.com include:spf.protection.outlook.com ip4:198.51.100.0/24 "
    "ip6:2001:db8::/32 ~all\"\n",
    "@ TXT v=spf1\n", "@ TXT \"v=SPF1 A MX -ALL \"\n",
    "@ TXT \"v=spf1 exists:%{i}._spf.%{d2}.example.net ?all\"\n",
    "@ TXT \"v=spf1 redirect=_spf.mail.example.net\"\n",
    "@ TXT \"v=spf1 redirect=%{d}._spf.example.net\"\n",
    "@ TXT \"v=spf1 mx:example.net/24//64 a//64 a/24 -all exp=explain.%{d}\"\n",
    "@ TXT \"v=spf1 unknown=foo include:%{ir}.%{v}._spf.%{d2} moo.x=%{s} -all\"\n",
    "@ TXT ( \"v=spf1 include:a.net \"   ; first\n \"include:b.net -all\" ) ; second\n",
    "@ TXT \"v=spf1 ip4:192.0.2\" \".1 -all\"\n", "_spf TXT \"v=spf1 ip4:192.0.2.1 ~all\"\n",
    "* TXT \"v=spf1 -all\"\n",
    "_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:a@b.c!10m,mailto:c@d.e\"\n",
    "_dmarc TXT "
    "\"v=DMARC1;p=none;sp=quarantine;adkim=s;aspf=R;fo=1:d:s;rf=afrf;ri=86400;pct=50;ruf=mailto:x@"
    "y.z; \"\n",
    "_dmarc TXT \"v=DMARC1 ; p = Reject ; np=reject; psd=n; t=y;\"\n",
    "_dmarc TXT v=DMARC1\\; p=none\\; rua=mailto:x@y.z\n",
    "_dmarc TXT \"v=DMARC1; p=none\" ; p=reject later\n",
    "_dmarc TXT ( \"v=DMARC1; p=none; \" ; policy\n \"rua=mailto:x@y.z\" ) ; rua= comment\n",
    "_dmarc CNAME _dmarc.provider.net.\n", "example.net._report._dmarc TXT \"v=DMARC1\"\n",
    "*._report._dmarc TXT \"v=DMARC1;\"\n", "dmarc.shared TXT \"v=DMARC1; p=none\"\n",
    "*._domainkey TXT \"v=DKIM1; p=\"\n", "k._domainkey TXT \"k=rsa; t=s; p=\"\n",
    "_domainkey TXT \"o=~; t=y\"\n", "_adsp._domainkey TXT \"dkim=all\"\n",
    "k._domainkey CNAME k.dkim.mail.net.\n", "@ CAA 0 issue \";\"\n",
    "@ CAA 0 issue \"letsencrypt.org\"\n",
    "@ CAA 128 issue \"letsencrypt.org; validationmethods=dns-01; "
    "accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/12345\"\n",
    "@ CAA 0 issuewild digicert.com\n", "@ CAA 0 iodef \"mailto:security@example.org\"\n",
    "@ CAA 0 iodef \"https://x.example/y\"\n", "@ CAA 0 contactemail \"a@example.org\"\n",
    "@ CAA 0 contactphone \"+1 555 123\"\n",
    "@ CAA 0 issuemail \"pki.goog; cansignhttpexchanges=yes\"\n",
    "@ CAA 0 issue sectigo.com ; our CA\n",
    "@ CAA 0 issue \"pki.goog\" ; validationmethods=dns-01 not supported\n",
    "_smtp._tls TXT \"v=TLSRPTv1;rua=mailto:reports@example.com,https://tls.example.net/v1\"\n",
    "default._bimi TXT \"v=BIMI1; l=https://example.org/l.svg; a=\"\n",
    "_mta-sts TXT \"v=STSv1; id=20160831085700Z;\"\nmta-sts A 192.0.2.1\n",
    "_acme-challenge TXT \"gfj9Xq...Rg85nM\"\n", "@ TXT \"atlassian-domain-verification=x; y=z\"\n",
    "@ TXT \"k=v; p=q\"\n",
    "k._domainkey TXT \"v=DKIM1; k=rsa; p=" RSA_BEGIN "\" \"" RSA_END "\"\n",
    "k._domainkey TXT \"v=DKIM1; p=" RSA_PLAIN_BEGIN " \" \" " RSA_PLAIN_END "\"\n",
    "k._domainkey TXT \"v=DKIM1; k=ed25519; p=" ED25519 "\"\n",
    "@ TXT v=verifydomain ; thanks=all\n",
    "@ MX 0 .\n_dmarc CNAME dmarc\ndmarc TXT \"v=DMARC1; p=none\"\n",
    "s1.domainkey.u1 TXT \"k=rsa; t=s; p=\"\n", "policies TXT \"v=DMARC1; p=none\"\n",
    "@ TXT \"v=spf1 include:a.net ~\" \"all\"\n", "@ CAA 0 iodef \"mailto:a@b.c?subject=a:b\"\n",
    "@ MX 0 .\nk._domainkey CNAME k.domainkey\nk.domainkey TXT \"v=DKIM1; p=\"\n",
    "a NS ns.net.\nx.a TXT \"v=spf1 foo\"\n", /* not the zone's */
};

static void
problems_of(struct zone_fixture *f, const char *text)
{
	struct buf b = {0};

	buf_printf(&b, "%s%s", ZONE_HEAD, text);
	buf_putc(&b, '\0');
	zone_read_good(f, b.data);
	buf_free(&b);
	check_texts(&f->store);
	problems_print(&f->text, &f->diags);
}

static void
bad_ones(void **state)
{
	bool all = true;

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct zone_fixture f = {0};

		problems_of(&f, bad[i].text);
		if (strcmp(f.text.data, bad[i].problems) != 0) {
			print_error("%s: %s, not %s\n", bad[i].text, f.text.data, bad[i].problems);
			all = false;
		}
		zone_free(&f);
	}
	assert_true(all);
}

static void
good_ones(void **state)
{
	bool all = true;

	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		struct zone_fixture f = {0};

		problems_of(&f, good[i]);
		if (f.diags.n > 0) {
			print_error("%s: %s\n", good[i], f.diags.items[0].message);
			all = false;
		}
		zone_free(&f);
	}
	assert_true(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bad_ones),
	    cmocka_unit_test(good_ones),
	};

	return cmocka_run_group_tests(tests, zone_setup, zone_teardown);
}
