#include "dns/field_part.h"

#include <stdarg.h>
#include <stdio.h>

/* clang-format off */
const struct field_row *const field_table[N_FIELD_KINDS] = {
	[FIELD_NAME] = &field_name,
	[FIELD_NAMES] = &field_names,
	[FIELD_U8] = &field_u8,
	[FIELD_U16] = &field_u16,
	[FIELD_U32] = &field_u32,
	[FIELD_U64] = &field_u64,
	[FIELD_TTL] = &field_ttl,
	[FIELD_TIME] = &field_time,
	[FIELD_IP4] = &field_ip4,
	[FIELD_IP6] = &field_ip6,
	[FIELD_EUI48] = &field_eui48,
	[FIELD_EUI64] = &field_eui64,
	[FIELD_LOCATOR] = &field_locator,
	[FIELD_NSAP] = &field_nsap,
	[FIELD_ATMA] = &field_atma,
	[FIELD_STRING] = &field_string,
	[FIELD_STRING_IF] = &field_string_if,
	[FIELD_STRINGS] = &field_strings,
	[FIELD_DIGITS] = &field_digits,
	[FIELD_REGEXP] = &field_regexp,
	[FIELD_DEGREES] = &field_degrees,
	[FIELD_ALTITUDE] = &field_altitude,
	[FIELD_TAG] = &field_tag,
	[FIELD_TEXT] = &field_text,
	[FIELD_URI] = &field_uri,
	[FIELD_HEX] = &field_hex,
	[FIELD_BASE64] = &field_base64,
	[FIELD_BASE64_IF] = &field_base64_if,
	[FIELD_BASE64_DASH] = &field_base64_dash,
	[FIELD_KEY] = &field_key,
	[FIELD_IPSEC_KEY] = &field_ipsec_key,
	[FIELD_SALT] = &field_salt,
	[FIELD_HASH] = &field_hash,
	[FIELD_TYPE] = &field_type,
	[FIELD_ALGORITHM] = &field_algorithm,
	[FIELD_PROTOCOL] = &field_protocol,
	[FIELD_CERT_TYPE] = &field_cert_type,
	[FIELD_SCHEME] = &field_scheme,
	[FIELD_USAGE] = &field_usage,
	[FIELD_SELECTOR] = &field_selector,
	[FIELD_MATCHING] = &field_matching,
	[FIELD_DIGEST_TYPE] = &field_digest_type,
	[FIELD_DS_DIGEST] = &field_ds_digest,
	[FIELD_SSHFP_DIGEST] = &field_sshfp_digest,
	[FIELD_ZONEMD_DIGEST] = &field_zonemd_digest,
	[FIELD_DHCID] = &field_dhcid,
	[FIELD_CDS_DIGEST] = &field_cds_digest,
	[FIELD_CDNSKEY] = &field_cdnskey,
	[FIELD_TLSA_DATA] = &field_tlsa_data,
	[FIELD_BITMAP] = &field_bitmap,
	[FIELD_BITMAP_IF] = &field_bitmap_if,
	[FIELD_NXT_BITMAP] = &field_nxt_bitmap,
	[FIELD_GATEWAY] = &field_gateway,
	[FIELD_RELAY_TYPE] = &field_relay_type,
	[FIELD_RELAY] = &field_relay,
	[FIELD_A6_PREFIX] = &field_a6_prefix,
	[FIELD_A6_SUFFIX] = &field_a6_suffix,
	[FIELD_A6_NAME] = &field_a6_name,
	[FIELD_HIP] = &field_hip,
	[FIELD_WKS] = &field_wks,
	[FIELD_LOC] = &field_loc,
	[FIELD_APL] = &field_apl,
	[FIELD_SVCPARAMS] = &field_svcparams,
	[FIELD_OPAQUE] = &field_opaque,
};
/* clang-format on */

int
field_problem(const struct reader *r, enum problem problem, const char *at, const char *format, ...)
{
	char text[512];
	va_list args;
	char *p;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (p = text; *p; p++)
		if ((uint8_t)*p < 0x20 || *p == 0x7f)
			*p = '?';
	if (!r->field || r->field->kind == FIELD_END)
		return diag_error(
		    r->diags, entry_pos(r->entry, at), problem, "%s: %s", r->info->name, text);
	return diag_error(r->diags, entry_pos(r->entry, at), problem, "%s %s: %s", r->info->name,
	    r->field->name, text);
}

int
field_missing(const struct reader *r)
{
	return field_problem(r, Z_RDATA_MISSING, field_last(r), "missing");
}

int
field_long(const struct reader *r, const struct token *t)
{
	return field_problem(
	    r, Z_RDATA_LONG, field_begin(t), "the RDATA is longer than %d octets", RDATA_LONGEST);
}

int
field_quoted(const struct reader *r)
{
	return field_error(r, field_begin(r->at),
	    "\"%.*s\" stands in quotes, where only strings do", FIELD_SHOWN(r->at));
}
