# METADATA
# title: The bookstore's policy
# description: |
#   Who may open which area of the bookstore. The areas, their methods and the roles are in data.json;
#   what to do with them is here. The role comes from the header x-role, which stands for whatever your
#   own identity gives you: a verified token's claim, a client certificate's name.
package bookstore.authz

import data.bookstore.areas
import data.bookstore.blocked_readers
import data.bookstore.roles

request := input.attributes.request.http

# The path's first segment, decoded, without the query and without ;parameters. Matching
# request.path instead would match the query too.
segment := input.request.path_segments[0]

# An unknown role, or several in one request ("reader,librarian"), has the rights of a visitor.
role := object.get(roles, object.get(request.headers, "x-role", "visitor"), roles.visitor)

# METADATA
# description: What Sluice asks. Everything that no rule below allows is denied.
# entrypoint: true
default decision := {
	"allowed": false,
	"http_status": 403,
	"rule": "no_rule",
	"reason": "no rule allows this path",
	"body": "no rule allows this path\n",
}

# Readers on the list in blocked-readers.txt: DataSource blocked-readers in sluice.yaml.
decision := deny("reader_blocked", concat(" ", [reader, "is not welcome"])) if {
	reader := request.headers["x-reader"]
	blocked_readers[reader]
} else := allow("public") if {
	request.method in areas[segment].public_methods
} else := allow("staff") if {
	request.method in areas[segment].staff_methods
	role.tier == "staff"
} else := deny("staff_only", concat(" ", [role.plural, "cannot", verb, concat("", ["/", segment])])) if {
	request.method in areas[segment].staff_methods
}

allow(kind) := object.union(
	{
		"allowed": true,
		"rule": concat("_", [segment, kind]),
		"response_headers_to_add": tier_headers,
	},
	reader_quota,
)

# Each reader who gives a name has so many requests in a time: Quota reads in sluice.yaml.
default reader_quota := {}

reader_quota := {
	"quotas": [{"name": "reads", "key": [reader]}],
	"quota_denied": {"body": concat("", [reader, " has read enough for now\n"])},
} if {
	reader := request.headers["x-reader"]
}

deny(rule, reason) := {
	"allowed": false,
	"http_status": 403,
	"rule": rule,
	"reason": reason,
	"body": concat("", [reason, "\n"]),
}

default tier_headers := {}

tier_headers := {"x-policy-tier": "staff"} if role.tier == "staff"

verb := "open" if {
	request.method in {"GET", "HEAD"}
} else := request.method
