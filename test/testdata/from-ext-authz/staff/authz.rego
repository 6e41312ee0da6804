# After OPA's tutorial for Istio: basic credentials name a person, persons have roles, and roles what they may do.
package staff.authz

import input.attributes.request.http as http_request
import input.parsed_path

default allow := false

allow if {
	parsed_path[0] == "health"
	http_request.method == "GET"
}

allow if {
	some role in roles_of[person]
	some permission in permissions_of[role]
	permission.method == http_request.method
	permission.path == http_request.path
}

person := name if {
	[kind, encoded] := split(http_request.headers.authorization, " ")
	kind == "Basic"
	[name, _] := split(base64.decode(encoded), ":")
}

roles_of := {
	"lena": ["reader"],
	"omar": ["reader", "editor"],
}

permissions_of := {
	"reader": [{"method": "GET", "path": "/catalogue"}],
	"editor": [
		{"method": "GET", "path": "/catalogue/drafts"},
		{"method": "POST", "path": "/catalogue/drafts?lang=en"},
	],
}
