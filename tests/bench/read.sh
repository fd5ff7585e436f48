# Reading: parse and sort.
# shellcheck shell=sh

reading() { # reading TABLE WHAT: read.zone
	round=0
	while [ $((round += 1)) -le "$rounds" ]; do
		run zonepp-print zonepp print -j 2 --zone bench read.zone
		run zonepp-print-j1 zonepp print -j 1 --zone bench read.zone
		run kzonecheck kzonecheck -d off -o bench read.zone
		run named-compilezone named-compilezone -q -i none -k ignore -o /dev/null bench read.zone
		run ldns-read-zone ldns-read-zone -z read.zone
		run nsd-checkzone nsd-checkzone bench read.zone
	done
	text=$(wc -c <read.zone) records=$(records read.zone)
	table "$1" "$names" "reading $names $2: $text octets, $records records" \
		zonepp-print zonepp-print-j1 kzonecheck named-compilezone ldns-read-zone nsd-checkzone
	factor zonepp-print kzonecheck 0.125
	! has zonepp-print || figure 'octets of memory a record, beside the text' \
		"$(calc "$(octets zonepp-print "$records") - $text / $records")" 85
	end
}
if wanted read; then
	gen_zone hosts "$names" >read.zone
	reading hosts 'hosts'
	gen_zone tld "$names" >read.zone
	reading delegations 'delegations'

	# A warning for one name of five.
	gen_zone warned "$names" >read.zone
	round=0
	while [ $((round += 1)) -le "$rounds" ]; do
		run zonepp-print zonepp print -j 2 --zone bench read.zone
		run zonepp-print-j1 zonepp print -j 1 --zone bench read.zone
	done
	table warnings "$names" "reading $names hosts, with $((names / 5)) warnings" \
		zonepp-print zonepp-print-j1
	end read.zone
fi
