# Is the input a log as SARIF 2.1.0 has it (OASIS Standard incorporating Errata 01, section 3)? What
# is not, as a list of paths. Each object that zonepp writes has its row here, after the standard:
# which members must be there, and what each may hold; all others are refused, as in its schema.
def objects: {
	log: {must: ["version", "runs"],
		may: {"$schema": "uri", version: "version", runs: ["run"]}},
	run: {must: ["tool"],
		may: {tool: "tool", results: ["result"], columnKind: "columnKind"}},
	tool: {must: ["driver"], may: {driver: "toolComponent"}},
	toolComponent: {must: ["name"],
		may: {name: "string", version: "string", informationUri: "uri",
			rules: ["reportingDescriptor"]}},
	reportingDescriptor: {must: ["id"],
		may: {id: "string", shortDescription: "multiformatMessageString",
			fullDescription: "multiformatMessageString",
			help: "multiformatMessageString", helpUri: "uri",
			defaultConfiguration: "reportingConfiguration"}},
	multiformatMessageString: {must: ["text"], may: {text: "string", markdown: "string"}},
	reportingConfiguration: {must: [], may: {level: "level"}},
	result: {must: ["message"],
		may: {ruleId: "string", ruleIndex: "index", level: "level", message: "message",
			locations: ["location"], relatedLocations: ["location"],
			partialFingerprints: "strings", fixes: ["fix"]}},
	message: {must: ["text"], may: {text: "string"}},
	location: {must: [], may: {physicalLocation: "physicalLocation", message: "message"}},
	physicalLocation: {must: ["artifactLocation"],
		may: {artifactLocation: "artifactLocation", region: "region"}},
	artifactLocation: {must: [], may: {uri: "uriReference"}},
	region: {must: ["startLine"],
		may: {startLine: "positive", startColumn: "positive", endColumn: "positive"}},
	fix: {must: ["artifactChanges"], may: {artifactChanges: ["artifactChange"]}},
	artifactChange: {must: ["artifactLocation", "replacements"],
		may: {artifactLocation: "artifactLocation", replacements: ["replacement"]}},
	replacement: {must: ["deletedRegion"],
		may: {deletedRegion: "region", insertedContent: "artifactContent"}},
	artifactContent: {must: [], may: {text: "string"}}
};
def is_string(pattern): type == "string" and test(pattern);
def is_whole(least): type == "number" and . == floor and . >= least;
def holds($what):
	if $what == "string" then is_string("")
	elif $what == "strings" then type == "object" and all(.[]; is_string(""))
	elif $what == "version" then . == "2.1.0"
	elif $what == "columnKind" then . == "utf16CodeUnits" or . == "unicodeCodePoints"
	elif $what == "level" then . == "none" or . == "note" or . == "warning" or . == "error"
	elif $what == "uri" then is_string("^[a-z]+:[!-~]+$")
	elif $what == "uriReference" then is_string("^([A-Za-z0-9._~/:-]|%[0-9A-F]{2})+$")
	elif $what == "positive" then is_whole(1)
	elif $what == "index" then is_whole(0)
	else false end;
def faults($what; $path):
	if ($what | type) == "array" then
		if type != "array" then $path + ": no array"
		else to_entries[] | .key as $key | .value | faults($what[0]; "\($path)[\($key)]") end
	elif objects[$what] then
		objects[$what] as $object |
		if type != "object" then $path + ": no object" else
			. as $value |
			($object.must[] | select(in($value) | not) | "\($path): no \(.)"),
			(to_entries[] | .key as $key |
				if $object.may[$key] then
					.value | faults($object.may[$key]; "\($path).\($key)")
				else "\($path): \($key)?" end)
		end
	elif holds($what) then empty
	else "\($path): \(tojson) is no \($what)" end;
# What no type says: rules are those of their numbers, each is once there.
def mismatches:
	.runs[] | .tool.driver.rules as $rules |
	(.results[] | select($rules[.ruleIndex].id != .ruleId) | "ruleIndex of \(.ruleId)"),
	($rules | map(.id) | select(length != (unique | length)) | "rules twice"),
	(.results | map(.partialFingerprints[]) | select(length != (unique | length)) |
		"fingerprints twice");
[faults("log"; "log"), mismatches]
