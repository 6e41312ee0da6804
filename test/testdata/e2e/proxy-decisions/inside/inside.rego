# A page for each kind of decision.
package inside

import data.inside.prices
import data.inside.staff

page := input.request.path_segments[1]

user := input.request.headers["x-user"]

decision := {"allowed": true, "rule": "open"} if {
	page == "open"
} else := {
	"allowed": true,
	"rule": "changed",
	"headers": {"x-inside-user": "anna", "x-role": "replaced"},
	"request_headers_to_remove": ["x-secret"],
	"response_headers_to_add": {"x-inside": "seen"},
	"query_parameters_to_set": {"page": "2"},
	"query_parameters_to_remove": ["token"],
} if {
	page == "changed"
} else := {
	"allowed": false,
	"rule": "teapot",
	"http_status": 418,
	"headers": {"x-inside-why": "tea"},
	"body": sprintf("only %s\n", ["tea"]),
} if {
	page == "teapot"
} else := {"allowed": true, "rule": "staff"} if {
	page == "staff"
	user in staff
} else := {"allowed": false, "rule": "staff", "body": sprintf("%s is no staff\n", [user])} if {
	page == "staff"
} else := {"allowed": false, "rule": "price", "body": sprintf("costs %d\n", [prices[input.request.path_segments[2]]])} if {
	page == "price"
} else := {"allowed": "yes"} if {
	page == "wrong-type"
}
