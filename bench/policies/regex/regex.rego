# METADATA
# title: The bookstore's policy behind one regular expression
# description: Paths of a form that the bookstore doesn't have are denied before anything else is asked.
package bench.regex

import data.bookstore.authz

# METADATA
# description: The bookstore's decision for a well-formed path.
# entrypoint: true
default decision := {"allowed": false, "http_status": 403, "rule": "path_form", "reason": "no such path"}

decision := authz.decision if {
	regex.match(`^(books|admin)(/[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?){0,3}$`, concat("/", input.request.path_segments))
}
