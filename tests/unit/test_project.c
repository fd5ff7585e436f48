#define _GNU_SOURCE
#include "unit.h"

#include "base/tree.h"
#include "project/project.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/zonepp-test-XXXXXX";

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int
setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir("p", 0755) | mkdir("p/sub", 0755) | mkdir("p/sub/deep", 0755), 0);
	return 0;
}

static int
teardown(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return chdir("/") | system(command);
}

static int
load(struct diags *diags, const char *yaml, struct project *project)
{
	put("p/zonepp.yaml", yaml);
	return project_load(diags, "p/zonepp.yaml", project);
}

/* The project of DESIGN section 6. */
static const char whole[] =
    "defaults:\n"
    "  template: zones/{zone}.zone\n"
    "  output: public/{zone}.zone\n"
    "  policy: standard\n"
    "  serial: keep\n"
    "policies:\n"
    "  standard: { denial: nsec, validity: 28d, refresh: 7d, inception-offset: 2h, jitter: 1d, "
    "zonemd: false, cds: false, verify: chain }\n"
    "  unsigned: { sign: false }\n"
    "keys: keys/\n"
    "allow: [/etc/letsencrypt/live/, ../shared]\n"
    "secrets: [MAIL_PASSWORD, web_2]\n"
    "certificates:\n"
    "  mail: { current: certs/mail.pem, next: certs/mail-next.pem, wait: 12h,\n"
    "    pass: \"file:mail.password\",\n"
    "    servers: [192.0.2.1, \"192.0.2.1:5353\", \"2001:db8::1\", \"[2001:db8::1]:53\", "
    "\"ns1.example.org.:54\"],\n"
    "    deploy: [hooks/install, mail], notify: [hooks/chat] }\n"
    "  web: { current: /etc/web.pem, pass: \"env:WEB\" }\n"
    "hooks:\n"
    "  timeout: 1m30s\n"
    "  changed: [nsd-control, reload, \"{zone}\"]\n"
    "zones:\n"
    "  z.example: { dnssec: external, dane: false, output: \"/srv/{zone}\" }\n"
    "  Example.ORG.: {}\n"
    "  2.0.192.in-addr.arpa: { policy: unsigned, serial: auto }\n"
    "  0/25.2.0.192.in-addr.arpa: { policy: default }\n"
    "  example:\n"
    "  .: { template: the-root }\n";

static const struct {
	const char *name, *template, *output, *policy;
	enum project_serial serial;
	bool sign, dane;
} zones[] = {
    {".", "p/the-root", "p/public/root.zone", "standard", PROJECT_SERIAL_KEEP, true, true},
    {"2.0.192.in-addr.arpa", "p/zones/2.0.192.in-addr.arpa.zone",
	"p/public/2.0.192.in-addr.arpa.zone", "unsigned", PROJECT_SERIAL_AUTO, false, true},
    {"0/25.2.0.192.in-addr.arpa", "p/zones/0_25.2.0.192.in-addr.arpa.zone",
	"p/public/0_25.2.0.192.in-addr.arpa.zone", "default", PROJECT_SERIAL_KEEP, true, true},
    {"example", "p/zones/example.zone", "p/public/example.zone", "standard", PROJECT_SERIAL_KEEP,
	true, true},
    {"z.example", "p/zones/z.example.zone", "/srv/z.example", "standard", PROJECT_SERIAL_KEEP,
	false, false},
    {"Example.ORG", "p/zones/Example.ORG.zone", "p/public/Example.ORG.zone", "standard",
	PROJECT_SERIAL_KEEP, true, true},
};

static void
whole_project(void **state)
{
	struct diags diags = {0};
	struct project p;
	char expected[100];

	(void)state;
	assert_int_equal(load(&diags, whole, &p), 0);
	assert_int_equal(diags.n, 0);
	assert_int_equal(p.n_zones, LENGTH(zones));
	for (size_t i = 0; i < p.n_zones; i++) {
		assert_string_equal(p.zones[i].name_text, zones[i].name);
		assert_string_equal(p.zones[i].template, zones[i].template);
		assert_string_equal(p.zones[i].output, zones[i].output);
		assert_string_equal(p.zones[i].policy->name, zones[i].policy);
		assert_string_equal(p.zones[i].keys, "p/keys");
		assert_int_equal(p.zones[i].serial, zones[i].serial);
		assert_int_equal(p.zones[i].sign, zones[i].sign);
		assert_int_equal(p.zones[i].dane, zones[i].dane);
	}
	assert_string_equal(p.path, "p/zonepp.yaml");
	assert_string_equal(p.folder, "p");
	snprintf(expected, sizeof(expected), "%s/p", folder);
	assert_string_equal(p.roots.project, expected);
	assert_int_equal(p.secrets.n, 2);
	assert_string_equal(p.secrets.names[0], "MAIL_PASSWORD");
	assert_string_equal(p.secrets.names[1], "web_2");
	assert_int_equal(p.roots.n_allowed, 2);
	assert_string_equal(p.roots.allowed[0], "/etc/letsencrypt/live");
	snprintf(expected, sizeof(expected), "%s/shared", folder);
	assert_string_equal(p.roots.allowed[1], expected);
	assert_string_equal(p.hooks[PROJECT_HOOK_CHANGED].argv[1], "reload");
	assert_null(p.hooks[PROJECT_HOOK_CHANGED].argv[3]);
	assert_int_equal(p.hook_timeout_s, 90);
	assert_string_equal(
	    project_replace(&diags.arena, "-{zone}-{zone}", "{zone}", p.zones[2].name_text),
	    "-0/25.2.0.192.in-addr.arpa-0/25.2.0.192.in-addr.arpa");
	diags_free(&diags);
}

static void
policies(void **state)
{
	struct diags diags = {0};
	const struct project_policy *standard;
	struct project p;

	(void)state;
	assert_int_equal(load(&diags, whole, &p), 0);
	standard = p.zones[0].policy;
	assert_int_equal(standard->lifetime.validity_s, 28 * 86400);
	assert_int_equal(standard->lifetime.refresh_s, 7 * 86400);
	assert_int_equal(standard->inception_offset_s, 7200);
	assert_int_equal(standard->lifetime.jitter_s, 86400);
	assert_true(standard->sign);
	assert_false(p.zones[1].policy->sign);
	diags_free(&diags);
}

static void
built_in(void **state)
{
	struct diags diags = {0};
	const struct project_zone *zone;
	struct project p;

	(void)state;
	assert_int_equal(load(&diags, "zones: {a: }\n", &p), 0);
	zone = &p.zones[0];
	assert_string_equal(zone->template, "p/zones/a.zone");
	assert_string_equal(zone->output, "p/public/a.zone");
	assert_string_equal(zone->keys, "p/keys");
	assert_true(zone->sign && zone->dane);
	assert_int_equal(zone->serial, PROJECT_SERIAL_AUTO);
	assert_int_equal(zone->dnssec, PROJECT_DNSSEC_HERE);
	assert_int_equal(zone->policy->denial, PROJECT_DENIAL_NSEC);
	assert_true(zone->policy->lifetime.validity_s == LIFETIME_BY_SOA);
	assert_true(zone->policy->lifetime.refresh_s == LIFETIME_BY_SOA);
	assert_int_equal(zone->policy->inception_offset_s, 3600);
	assert_int_equal(zone->policy->lifetime.jitter_s, 12 * 3600);
	assert_null(p.hooks[PROJECT_HOOK_CHANGED].argv);
	assert_int_equal(p.hook_timeout_s, 600);
	assert_int_equal(p.roots.n_allowed, 0);
	assert_int_equal(p.secrets.n, 0);
	diags_free(&diags);
}

static const struct {
	const char *yaml, *code;
	unsigned line, column;
} bad[] = {
    {"", "P005", 0, 0},
    {"zones:\n", "P005", 0, 0},
    {"zones: {}\n", "P005", 0, 0},
    {"zones: [a]\n", "P003", 1, 8},
    {"zone: {a: }\nzones: {a: }\n", "P002", 1, 1},
    {"zones:\n  a: {polcy: x}\n", "P002", 2, 7},
    {"zones:\n  a: b\n", "P003", 2, 6},
    {"zones:\n  a: {serial: 5}\n", "P005", 2, 15},
    {"zones:\n  a: {policy: b}\n", "P005", 2, 15},
    {"zones:\n  a: {dane: no}\n", "P003", 2, 13},
    {"zones:\n  a: {dnssec: there}\n", "P005", 2, 15},
    {"zones:\n  a: {template: \"x/{zone\"}\n", "P005", 2, 17},
    {"zones:\n  a: {output: \"{name}\"}\n", "P005", 2, 15},
    {"zones:\n  a: {output: x/}\n", "P005", 2, 15},
    {"zones:\n  a: {output: \"\"}\n", "P003", 2, 15},
    {"zones:\n  a: {output: \"x\\ny\"}\n", "P005", 2, 15},
    {"zones:\n  a: {template: \"x\\x7f\"}\n", "P005", 2, 17},
    {"keys: \"x\\r\"\nzones: {a: }\n", "P005", 1, 7},
    {"defaults:\n  output: |\n    x\nzones: {a: }\n", "P005", 2, 11},
    {"zones:\n  a: {}\n  a: {}\n", "P004", 3, 3},
    {"zones:\n  a.B: {}\n  A.b: {}\n", "P004", 3, 3},
    {"zones:\n  a: {}\n  a.: {}\n", "P004", 3, 3},
    {"zones:\n  a: {}\n  \\097: {}\n", "P004", 3, 3},
    {"zones:\n  a..b: {}\n", "P005", 2, 5},
    {"zones:\n  ..: {}\n", "P005", 2, 3},
    {"zones:\n  ../x: {}\n", "P005", 2, 3},
    {"zones:\n  \"@\": {}\n", "P005", 2, 3},
    {"zones:\n  \"a b\": {}\n", "P005", 2, 3},
    {"zones:\n  \"\": {}\n", "P005", 2, 3},
    {"zones:\n  m\xc3\xbcller.example: {}\n", "P005", 2, 3},
    {"zones:\n  b: {output: x}\n  a: {output: ./y/../x}\n", "P007", 3, 3},
    {"defaults: {output: x}\nzones:\n  b: {}\n  a: {}\n", "P007", 4, 3},
    {"zones:\n  0/1: {}\n  0_1: {}\n", "P007", 3, 3},
    {"zones:\n  a: {output: zones/b.zone}\n  b: {}\n", "P007", 3, 3},
    {"zones:\n  a: {output: x, template: x}\n", "P007", 2, 3},
    {"zones:\n  a: {output: zonepp.yaml}\n", "P007", 2, 3},
    {"zones:\n  a: {output: hard-link}\n", "P007", 2, 3},
    {"zones:\n  a: {output: ./zonepp.state}\n", "P007", 2, 3},
    {"zones:\n  a: {output: .zonepp/a}\n", "P007", 2, 3},
    {"zones:\n  a: {output: x/../.zonepp/state.lock}\n", "P007", 2, 3},
    {"zones:\n  a: {output: own/a}\n", "P007", 2, 3},
    {"zones:\n  a: {output: keys/Ka.+013+00001.private}\n", "P007", 2, 3},
    {"keys: k\nzones:\n  b: {output: k/Kb.key}\n", "P007", 3, 3},
    {"certificates: {m: {current: a.pem}}\nzones:\n  a: {output: a.pem}\n", "P007", 3, 3},
    {"certificates: {m: {current: b, next: a.pem}}\nzones:\n  a: {output: a.pem}\n", "P007", 3, 3},
    {"certificates: {m: {current: b, notify: [./a, b]}}\nzones:\n  a: {output: a}\n", "P007", 3, 3},
    {"certificates: {m: {current: b, next: c, deploy: [x/a]}}\nzones:\n  a: {output: x/a}\n",
	"P007", 3, 3},
    {"hooks: {changed: [x/a]}\nzones:\n  a: {output: x/a}\n", "P007", 3, 3},
    {"defaults: {policy: b}\nzones: {a: , b: , c: }\n", "P005", 1, 20},
    {"defaults: {output: \"{zne}\"}\nzones: {a: }\n", "P005", 1, 20},
    {"defaults: []\nzones: {a: }\n", "P003", 1, 11},
    {"policies: {p: {validity: 5d, refresh: 5d}}\nzones: {a: }\n", "P005", 1, 12},
    {"policies: {p: {validity: 0}}\nzones: {a: }\n", "P005", 1, 12},
    {"policies: {p: {dnskey-validity: 0}}\nzones: {a: }\n", "P005", 1, 12},
    {"policies: {p: {refresh: 5d, dnskey-validity: 5d}}\nzones: {a: }\n", "P005", 1, 12},
    {"policies: {p: {sign: [true]}}\nzones: {a: }\n", "P003", 1, 22},
    {"policies: {p: x}\nzones: {a: }\n", "P003", 1, 15},
    {"certificates: x\nzones: {a: }\n", "P003", 1, 15},
    {"certificates: {m: {next: x}}\nzones: {a: }\n", "P005", 1, 16},
    {"certificates: {m: }\nzones: {a: }\n", "P005", 1, 16},
    {"certificates: {m: x}\nzones: {a: }\n", "P003", 1, 19},
    {"certificates: {m n: {current: x}}\nzones: {a: }\n", "P005", 1, 16},
    {"certificates: {-m: {current: x}}\nzones: {a: }\n", "P005", 1, 16},
    {"certificates:\n  m: {current: x}\n  m: {current: x}\nzones: {a: }\n", "P004", 3, 3},
    {"certificates: {m: {current: x, wait: soon}}\nzones: {a: }\n", "P005", 1, 38},
    {"certificates: {m: {current: x, pass: geheim}}\nzones: {a: }\n", "D033", 1, 38},
    {"certificates: {m: {current: x, pass: \"file:-\"}}\nzones: {a: }\n", "D033", 1, 38},
    {"certificates: {m: {current: x, next: y, deploy: cmd}}\nzones: {a: }\n", "P003", 1, 49},
    {"certificates: {m: {current: x, next: y, deploy: []}}\nzones: {a: }\n", "P005", 1, 49},
    {"certificates: {m: {current: x, notify: []}}\nzones: {a: }\n", "P005", 1, 40},
    {"certificates: {m: {current: x, deploy: [y]}}\nzones: {a: }\n", "P005", 1, 40},
    {"certificates: {m: {current: x, nxt: cmd}}\nzones: {a: }\n", "P002", 1, 32},
    {"certificates: {m: {current: x, servers: a}}\nzones: {a: }\n", "P003", 1, 41},
    {"certificates: {m: {current: x, servers: [a, b..c]}}\nzones: {a: }\n", "P005", 1, 45},
    {"certificates: {m: {current: x, servers: [192.0.2.300]}}\nzones: {a: }\n", "P005", 1, 42},
    {"certificates: {m: {current: x, servers: [\"a:0\"]}}\nzones: {a: }\n", "P005", 1, 42},
    {"certificates: {m: {current: x, servers: [\"a:66666\"]}}\nzones: {a: }\n", "P005", 1, 42},
    {"certificates: {m: {current: x, servers: [\"[::1\"]}}\nzones: {a: }\n", "P005", 1, 42},
    {"hooks: {change: [x]}\nzones: {a: }\n", "P002", 1, 9},
    {"hooks: {changed: x}\nzones: {a: }\n", "P003", 1, 18},
    {"hooks: {timeout: 0s}\nzones: {a: }\n", "P005", 1, 8},
    {"hooks: {timeout: soon}\nzones: {a: }\n", "P005", 1, 18},
    {"hooks: {changed: []}\nzones: {a: }\n", "P005", 1, 18},
    {"hooks: x\nzones: {a: }\n", "P003", 1, 8},
    {"keys: [x]\nzones: {a: }\n", "P003", 1, 7},
    {"zones:\n  a: {serial: later}\n", "P005", 2, 15},
    {"zones:\n  a: {servers: ns1.example.org}\n", "P003", 2, 16},
    {"zones:\n  a: {servers: [b, 192.0.2.300]}\n", "P005", 2, 20},
    {"zones:\n  a: {servers: [\"b:0\"], serial: live}\n", "P005", 2, 17},
    {"zones:\n  a: {servers: [ns1.example.4.]}\n", "P005", 2, 17},
    {"zones:\n  a: {servers: [.]}\n", "P005", 2, 17},
    {"zones:\n  a: {servers: [\"resolver:192.0.2.1\"]}\n", "P005", 2, 17},
    {"zones:\n  a: {parent: [\"resolver:\"]}\n", "P005", 2, 16},
    {"zones:\n  a: {parent: [\"resolver:5353\"]}\n", "P005", 2, 16},
    {"zones:\n  a: {parent: resolver}\n", "P003", 2, 15},
    {"defaults: {servers: [b..c], serial: live}\nzones: {a: , b: }\n", "P005", 1, 22},
    {"zones:\n  a: {serial: live}\n", "P005", 2, 7},
    {"zones:\n  a: {servers: [], serial: live}\n", "P005", 2, 20},
    {"defaults: {serial: live}\nzones:\n  a: {servers: [b]}\n  b:\n", "P005", 1, 12},
    {"defaults: {serial: live, servers: [b]}\nzones:\n  a: {servers: []}\n  b:\n", "P005", 1, 12},
    {"zones: {from: [p]}\n", "P003", 1, 15},
    {"zones: {from: }\n", "P003", 1, 9},
    {"zones: {from: \"templates/{zone}\"}\n", "P005", 1, 15},
    {"zones: {from: templates/}\n", "P005", 1, 15},
    {"zones: {from: \"templates/*.none\"}\n", "P005", 1, 15},
    {"zones: {from: \"none/*.zone\"}\n", "P005", 1, 15},
    {"zones: {from: \"../*/a\"}\n", "F003", 1, 15},
    {"defaults: {template: fixed}\nzones: {from: \"t/*\"}\n", "P005", 2, 15},
    {"policies: {p: {denial: nsec5}}\nzones: {a: }\n", "P005", 1, 24},
    {"policies: {p: {zonemd: sha1}}\nzones: {a: }\n", "P005", 1, 24},
    {"policies: {p: {cds: maybe}}\nzones: {a: }\n", "P005", 1, 21},
    {"policies: {p: {verify: half}}\nzones: {a: }\n", "P005", 1, 24},
    {"allow: /etc\nzones: {a: }\n", "P003", 1, 8},
    {"secrets: PASSWORD\nzones: {a: }\n", "P003", 1, 10},
    {"secrets: [A, \"env:B\"]\nzones: {a: }\n", "P005", 1, 14},
    {"secrets: [A=x]\nzones: {a: }\n", "P005", 1, 11},
    {"secrets: [1A]\nzones: {a: }\n", "P005", 1, 11},
    {"secrets: [\"*\"]\nzones: {a: }\n", "P005", 1, 11},
    {"zones:\n\ta: {}\n", "P001", 2, 1},
};

static void
problems(void **state)
{
	(void)state;
	put("p/zonepp.yaml", "");
	assert_int_equal(link("p/zonepp.yaml", "p/hard-link"), 0);
	assert_int_equal(mkdir("p/.zonepp", 0777), 0);
	assert_int_equal(symlink(".zonepp", "p/own"), 0);
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct diags diags = {0};
		const struct diag *d = NULL;
		struct project p;

		assert_int_equal(load(&diags, bad[i].yaml, &p), -1);
		diags_sort(&diags);
		if (diags.n)
			d = &diags.items[0];
		if (diags.n != 1 || strcmp(problem_table[d->problem].code, bad[i].code) != 0 ||
		    d->place.line != bad[i].line || d->place.column != bad[i].column)
			fail_msg("%s: %zu problems; %s at %d:%d: %s", bad[i].yaml, diags.n,
			    d ? problem_table[d->problem].code : "", d ? (int)d->place.line : 0,
			    d ? (int)d->place.column : 0, d ? d->message : "");
		assert_string_equal(d->place.path, "p/zonepp.yaml");
		assert_int_equal(diags.status, 1);
		diags_free(&diags);
	}
	unlink("p/hard-link");
	unlink("p/own");
	rmdir("p/.zonepp");
}

/* --- Zones of templates that are found --- */

static const struct {
	const char *files[4]; /* in p/ */
	const char *defaults, *zones;
	const char *wanted; /* "ZONE TEMPLATE" a line, or the one problem */
} finds[] = {
    {{"z/b.zone", "z/a.zone", "z/.c.zone", "z/d"}, "", "from: \"z/*.zone\"",
	"a p/z/a.zone\nb p/z/b.zone\n"},
    {{"z/a.zone"}, "", "from: \"./z//*\"", "a p/z/a.zone\n"},
    {{"z/a.zone", "z/b.zone"}, "", "from: \"z/[a].zone\", c: ", "a p/z/a.zone\nc p/z/c.zone\n"},
    {{"z/a.zone"}, "", "from: \"z/*.zone\", a: {serial: keep}", "a p/z/a.zone\n"},
    {{"z/a.zone"}, "",
	"from: \"z/*.zone\", A: ", "P004 zone \"a\" has two templates: p/z/a.zone and p/z/A.zone"},
    {{"z/a.zone", "z/x"}, "", "from: \"z/*.zone\", a: {template: z/x}",
	"P004 zone \"a\" has two templates: p/z/a.zone and p/z/x"},
    {{"z/a.zone", "z/A.zone"}, "", "from: \"z/*.zone\"",
	"P004 zone \"A\" has two templates: p/z/A.zone and p/z/a.zone"},
    {{"z/root.zone", "z/0_1.a.zone"}, "",
	"from: \"z/*.zone\", .: , 0/1.a: ", ". p/z/root.zone\n0/1.a p/z/0_1.a.zone\n"},
    {{"z/a.zone"}, "", "from: \"z/*.zone\", b: {template: z/a.zone}", "b p/z/a.zone\n"},
    {{"z/a/zone", "z/b/zone", "z/zone"}, "z/{zone}/zone", "from: \"z/*/zone\"",
	"a p/z/a/zone\nb p/z/b/zone\n"},
    {{"z/a/a", "z/b/b"}, "z/{zone}/{zone}", "from: \"z/*/?\"", "a p/z/a/a\nb p/z/b/b\n"},
    {{"z/a/a", "z/b/c"}, "z/{zone}/{zone}", "from: \"z/*/*\"",
	"P005 z/b/c is found, and is the template of no zone: those are z/{zone}/{zone}"},
    {{"z/a.zone", "z/README"}, "", "from: \"z/*\"",
	"P005 z/README is found, and is the template of no zone: those are z/{zone}.zone"},
    {{"z/a b.zone"}, "", "from: \"z/*\"",
	"P005 \"a b\" is no zone's name: a blank or control character"},
    {{"z/a..zone"}, "", "from: \"z/*\"",
	"P005 z/a..zone is found for zone \"a\", whose template is z/a.zone"},
};

static void
put_deep(const char *path)
{
	char text[64];

	snprintf(text, sizeof(text), "p/%s", path);
	for (char *p = text + 2; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(text, 0777);
		*p = '/';
	}
	put(text, "");
}

static void
print_zones(struct buf *b, const struct diags *diags, const struct project *p)
{
	for (size_t i = 0; i < diags->n; i++)
		buf_printf(b, "%s %s", problem_table[diags->items[i].problem].code,
		    diags->items[i].message);
	for (size_t i = 0; diags->n == 0 && i < p->n_zones; i++)
		buf_printf(b, "%s %s\n", p->zones[i].name_text, p->zones[i].template);
	buf_putc(b, '\0');
}

static void
found_zones(void **state)
{
	char yaml[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(finds); i++) {
		const char *template = *finds[i].defaults ? finds[i].defaults : "z/{zone}.zone";
		struct diags diags = {0};
		struct buf b = {0};
		struct project p;

		for (size_t k = 0; k < LENGTH(finds[i].files) && finds[i].files[k]; k++)
			put_deep(finds[i].files[k]);
		snprintf(yaml, sizeof(yaml), "defaults: {template: \"%s\"}\nzones: {%s}\n",
		    template, finds[i].zones);
		load(&diags, yaml, &p);
		print_zones(&b, &diags, &p);
		if (strcmp(b.data, finds[i].wanted) != 0)
			fail_msg("row %zu: %s", i, b.data);
		buf_free(&b);
		diags_free(&diags);
		tree_remove(AT_FDCWD, "p/z");
	}
}

/* What one output is must not be taken for what the next in its folder is. */
static void
linked_outputs(void **state)
{
	static const char begin[] = "allow-output: [other]\nzones:\n";
	static const struct {
		const char *zones;
		unsigned line; /* of the one problem; 0: none */
	} rows[] = {
	    {"  a:\n  b:\n  c:\n", 0},
	    {"  a:\n  b:\n  hard:\n", 5},
	    {"  link:\n  b:\n  f: {output: other/b.zone}\n", 0},
	    {"  a:\n  link:\n  f: {output: other/x.zone}\n", 5},
	    {"  link:\n  f: {output: other/new.zone}\n  b:\n  g: {output: other/b.zone}\n", 0},
	};
	char yaml[256];

	(void)state;
	assert_int_equal(mkdir("p/public", 0777), 0);
	assert_int_equal(mkdir("p/other", 0777), 0);
	put("p/public/a.zone", "");
	put("p/public/b.zone", "");
	put("p/other/x.zone", "");
	assert_int_equal(link("p/public/a.zone", "p/public/hard.zone"), 0);
	assert_int_equal(symlink("../other/x.zone", "p/public/link.zone"), 0);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct diags diags = {0};
		struct project p;

		snprintf(yaml, sizeof(yaml), "%s%s", begin, rows[i].zones);
		assert_int_equal(load(&diags, yaml, &p), rows[i].line ? -1 : 0);
		assert_int_equal(diags.n, rows[i].line != 0);
		if (rows[i].line)
			assert_int_equal(diags.items[0].place.line, rows[i].line);
		diags_free(&diags);
	}
	unlink("p/public/link.zone");
	unlink("p/public/hard.zone");
	unlink("p/public/b.zone");
	unlink("p/public/a.zone");
	unlink("p/other/x.zone");
	rmdir("p/other");
	rmdir("p/public");
}

static void
certificates(void **state)
{
	static const struct {
		const char *host;
		uint16_t port;
	} servers[] = {{"192.0.2.1", 53}, {"192.0.2.1", 5353}, {"2001:db8::1", 53},
	    {"2001:db8::1", 53}, {"ns1.example.org.", 54}};
	struct diags diags = {0};
	struct project p;
	const struct project_certificate *mail, *web;

	(void)state;
	assert_int_equal(load(&diags, whole, &p), 0);
	assert_int_equal(p.n_certificates, 2);
	mail = project_certificate_find(&diags, &p, "mail");
	web = project_certificate_find(&diags, &p, "web");
	assert_string_equal(mail->current, "p/certs/mail.pem");
	assert_string_equal(mail->next, "p/certs/mail-next.pem");
	assert_string_equal(mail->pass, "file:p/mail.password");
	assert_string_equal(web->pass, "env:WEB");
	assert_int_equal(mail->wait_s, 12 * 3600);
	assert_true(mail->wait_written);
	assert_int_equal(mail->n_servers, LENGTH(servers));
	for (size_t i = 0; i < LENGTH(servers); i++) {
		assert_string_equal(mail->servers[i].host, servers[i].host);
		assert_int_equal(mail->servers[i].port, servers[i].port);
	}
	assert_string_equal(mail->deploy[1], "mail");
	assert_null(mail->deploy[2]);
	assert_string_equal(mail->notify[0], "hooks/chat");
	assert_string_equal(web->current, "/etc/web.pem");
	assert_null(web->next);
	assert_int_equal(web->wait_s, 86400);
	assert_false(web->wait_written);
	assert_null(web->deploy);
	assert_null(project_certificate_find(&diags, &p, "mial"));
	assert_non_null(strstr(diags.items[0].message, "did you mean \"mail\""));
	assert_int_equal(diags.status, 2);
	diags_free(&diags);
}

static void
servers_of_zones(void **state)
{
	static const char yaml[] =
	    "defaults: { servers: [192.0.2.53, 2ns.example.net.], serial: live }\n"
	    "zones:\n"
	    "  a: { servers: [\"[2001:db8::1]:5353\"], serial: auto }\n"
	    "  b: { servers: [], serial: auto }\n"
	    "  c:\n"
	    "  d: { servers: [ns1.example.org] }\n";
	static const struct {
		size_t n_servers;
		const char *host;
		uint16_t port;
		enum project_serial serial;
	} expected[] = {{1, "2001:db8::1", 5353, PROJECT_SERIAL_AUTO},
	    {0, NULL, 0, PROJECT_SERIAL_AUTO}, {2, "192.0.2.53", 53, PROJECT_SERIAL_LIVE},
	    {1, "ns1.example.org", 53, PROJECT_SERIAL_LIVE}};
	struct diags diags = {0};
	struct project p;

	(void)state;
	assert_int_equal(load(&diags, yaml, &p), 0);
	assert_int_equal(p.n_zones, LENGTH(expected));
	for (size_t i = 0; i < p.n_zones; i++) {
		assert_int_equal(p.zones[i].serial, expected[i].serial);
		assert_int_equal(p.zones[i].n_servers, expected[i].n_servers);
		if (p.zones[i].n_servers == 0)
			continue;
		assert_string_equal(p.zones[i].servers[0].host, expected[i].host);
		assert_int_equal(p.zones[i].servers[0].port, expected[i].port);
	}
	diags_free(&diags);
}

static void
parents_of_zones(void **state)
{
	static const char yaml[] =
	    "zones:\n"
	    "  a: { parent: [192.0.2.1, resolver, \"resolver:192.0.2.2\",\n"
	    "    \"resolver:[2001:db8::1]:5353\", resolver.example.org, \"resolvers:53\"] }\n";
	static const struct project_server expected[] = {{NULL, "192.0.2.1", 53, false},
	    {NULL, NULL, 0, true}, {NULL, "192.0.2.2", 53, true}, {NULL, "2001:db8::1", 5353, true},
	    {NULL, "resolver.example.org", 53, false}, {NULL, "resolvers", 53, false}};
	struct diags diags = {0};
	struct project p;

	(void)state;
	assert_int_equal(load(&diags, yaml, &p), 0);
	assert_int_equal(p.zones[0].n_parent, LENGTH(expected));
	for (size_t i = 0; i < LENGTH(expected); i++) {
		const struct project_server *server = &p.zones[0].parent[i];

		assert_int_equal(server->is_resolver, expected[i].is_resolver);
		assert_int_equal(!server->host, !expected[i].host);
		if (server->host) {
			assert_string_equal(server->host, expected[i].host);
			assert_int_equal(server->port, expected[i].port);
		}
	}
	diags_free(&diags);
}

static void
all_at_once(void **state)
{
	struct diags diags = {0};
	struct project p;

	(void)state;
	assert_int_equal(
	    load(&diags, "key: x\nzones:\n  a: {x: y}\n  b..c: {}\n  c: {policy: q}\n", &p), -1);
	assert_int_equal(diags.n, 4);
	diags_free(&diags);
}

static void
missing_file(void **state)
{
	struct diags diags = {0};
	struct project p;

	(void)state;
	assert_int_equal(project_load(&diags, "nothing.yaml", &p), -1);
	assert_int_equal(diags.status, 2);
	diags_free(&diags);
}

static void
find_zone(void **state)
{
	static const struct {
		const char *name, *found;
	} rows[] = {{"example.org", "Example.ORG"}, {"EXAMPLE.org.", "Example.ORG"}, {".", "."},
	    {"example", "example"}, {"z.example", "z.example"},
	    {"0/25.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa"}, {"org", NULL}, {"..", NULL},
	    {"", NULL}, {"a.z.example", NULL}};
	struct diags diags = {0};
	struct project p;

	(void)state;
	assert_int_equal(load(&diags, whole, &p), 0);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct project_zone *zone = project_zone_find(&diags, &p, rows[i].name);

		if (!rows[i].found)
			assert_null(zone);
		else
			assert_string_equal(zone ? zone->name_text : "-", rows[i].found);
	}
	assert_int_equal(diags.status, 2);
	diags_free(&diags);

	assert_int_equal(load(&diags, whole, &p), 0);
	assert_null(project_zone_find(&diags, &p, "exmaple.org"));
	assert_string_equal(diags.items[0].message,
	    "there is no zone \"exmaple.org\"; did you mean \"Example.ORG\"?");
	diags_free(&diags);
}

static void
find_project(void **state)
{
	static const struct {
		const char *from, *path;
	} rows[] = {{"p", "p/zonepp.yaml"}, {"p/sub", "p/sub/../zonepp.yaml"},
	    {"p/sub/deep", "p/sub/deep/../../zonepp.yaml"}};
	struct diags diags = {0};

	(void)state;
	put("p/zonepp.yaml", "");
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_string_equal(project_find(&diags, rows[i].from), rows[i].path);
	assert_int_equal(chdir("p/sub/deep"), 0);
	assert_string_equal(project_find(&diags, "."), "../../zonepp.yaml");
	assert_int_equal(chdir(".."), 0);
	assert_string_equal(project_find(&diags, "."), "../zonepp.yaml");
	assert_int_equal(chdir(".."), 0);
	assert_string_equal(project_find(&diags, "."), "zonepp.yaml");
	assert_int_equal(chdir(".."), 0);
	assert_int_equal(diags.n, 0);
	assert_null(project_find(&diags, "nothing"));
	assert_null(project_find(&diags, "/proc"));
	assert_int_equal(diags.status, 2);
	diags_free(&diags);
}

/* Zones in canonical order, whatever their number. */
static void
many_zones(void **state)
{
	struct diags diags = {0};
	struct buf yaml = {0};
	struct project p;

	(void)state;
	buf_puts(&yaml, "zones:\n");
	for (unsigned i = 0; i < 10000; i++)
		buf_printf(&yaml, "  z%u.example: {}\n", i * 7919 % 10000);
	buf_putc(&yaml, '\0');
	assert_int_equal(load(&diags, yaml.data, &p), 0);
	assert_int_equal(p.n_zones, 10000);
	assert_string_equal(p.zones[0].name_text, "z0.example");
	for (size_t i = 1; i < p.n_zones; i++)
		assert_true(strcmp(p.zones[i - 1].name_text, p.zones[i].name_text) < 0 ||
			    strlen(p.zones[i - 1].name_text) < strlen(p.zones[i].name_text));
	assert_non_null(project_zone_find(&diags, &p, "z4711.example"));
	buf_free(&yaml);
	diags_free(&diags);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whole_project),
	    cmocka_unit_test(policies),
	    cmocka_unit_test(built_in),
	    cmocka_unit_test(problems),
	    cmocka_unit_test(found_zones),
	    cmocka_unit_test(linked_outputs),
	    cmocka_unit_test(certificates),
	    cmocka_unit_test(servers_of_zones),
	    cmocka_unit_test(parents_of_zones),
	    cmocka_unit_test(all_at_once),
	    cmocka_unit_test(missing_file),
	    cmocka_unit_test(find_zone),
	    cmocka_unit_test(find_project),
	    cmocka_unit_test(many_zones),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
