package shop.authz

import input.attributes.request.http as http_request
import input.parsed_path

default allow = false

allow {
	parsed_path[0] == "alive"
	http_request.method == "GET"
}

allow {
	roles_of_user[role]
	grant := grants[role][_]
	print("a grant of", role)
	grant.method == http_request.method
	glob.match(grant.path, ["/"], concat("/", parsed_path))
}

roles_of_user[role] {
	role := user_roles[user_name][_]
}

user_name = name {
	[_, encoded] := split(http_request.headers.authorization, " ")
	[name, _] := split(base64url.decode(encoded), ":")
}

user_roles = {"ann": ["clerk"], "ben": ["clerk", "keeper"]}

grants = {
	"clerk": [{"method": "GET", "path": "shelves/*"}],
	"keeper": [
		{"method": "GET", "path": "shelves/*/books"},
		{"method": "POST", "path": "shelves"},
	],
}
