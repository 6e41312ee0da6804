# METADATA
# title: The bookstore's policy with two quotas
# description: What it allows draws on a quota of the role and on one of everybody, unless x-draws is 0.
package bench.quotas

import data.bookstore.authz

role := object.get(input.attributes.request.http.headers, "x-role", "visitor")

# METADATA
# description: The bookstore's decision, with what a request that it allows draws on.
# entrypoint: true
default decision := {"allowed": false, "http_status": 403, "rule": "no_rule", "reason": "no rule allows this path"}

decision := object.union(authz.decision, {"quotas": [{"name": "role", "key": [role]}, {"name": "all", "key": []}]}) if {
	authz.decision.allowed
	input.attributes.request.http.headers["x-draws"] != "0"
} else := authz.decision
