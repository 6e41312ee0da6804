# After the plugin's examples of decisions that are objects: headers both ways, a body, a status.
package answers.authz

import input.attributes.request.http as http_request
import input.parsed_path
import input.parsed_query

default allow := {
	"allowed": false,
	"http_status": 401,
	"headers": {"x-reason": "nobody", "www-authenticate": ["Basic", "Bearer"]},
	"body": "say who you are\n",
}

allow := {
	"allowed": true,
	"headers": {"x-group": group, "x-checked-by": "gate"},
	"request_headers_to_remove": ["x-secret"],
	"response_headers_to_add": {"x-shelf": object.get(parsed_query, "shelf", ["none"])},
	"dynamic_metadata": {"group": group},
} if {
	group
	not secret_shelf
}

allow := {"allowed": false, "headers": {"x-reason": group}, "body": sprintf("%s may not read /%s", [group, concat("/", parsed_path)])} if {
	group
	secret_shelf
}

group := "staff" if startswith(http_request.headers["x-person"], "s-")

group := "guests" if startswith(http_request.headers["x-person"], "g-")

secret_shelf if {
	parsed_path[0] == "shelves"
	parsed_path[1] == "secret"
	group != "staff"
}
