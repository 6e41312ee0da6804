# Lets everything through and tells the upstream, in a header, what it saw of the request.
package mirror

default path := null

path := input.request.path

default segments := null

segments := input.request.path_segments

default query := null

query := input.request.query

default host := null

host := input.request.host

default source_ip := null

source_ip := input.source.ip

default roles := null

roles := input.request.header_values["x-role"]

default joined_roles := null

joined_roles := input.request.headers["x-role"]

default cookies := null

cookies := input.request.header_values.cookie

seen := {
	"path": path,
	"segments": segments,
	"query": query,
	"host": host,
	"sourceIp": source_ip,
	"roles": roles,
	"joinedRoles": joined_roles,
	"cookies": cookies,
	"names": [name | some name in object.keys(input.request.headers)],
}

decision := {"allowed": true, "rule": "copied", "headers": {"x-copy": input.request.query_params.value}} if {
	segments[0] == "copy"
} else := {"allowed": false, "rule": "copied", "headers": {"x-copy": input.request.query_params.value}} if {
	segments[0] == "deny-copy"
} else := {"allowed": zone_is_known, "rule": "zone"} if {
	segments[0] == "zone"
} else := {"allowed": true, "rule": "mirrored", "headers": {"x-saw": json.marshal(seen)}}

# The built-in's error quotes what it was given.
zone_is_known if time.clock([0, input.request.query_params.value])

admin_path := {"allowed": false, "rule": "admin_path", "body": "the admin path\n"}

admin_host := {"allowed": false, "rule": "admin_host", "body": "the admin host\n"}

# Not an entrypoint of any Policy: nothing a client sends may reach it.
unasked := true
