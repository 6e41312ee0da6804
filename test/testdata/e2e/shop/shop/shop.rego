package shop

import data.shop.staff

page := input.request.path_segments[1]

decision := {"allowed": true, "rule": "open"} if {
	page == "open"
} else := {
	"allowed": true,
	"rule": "changed",
	"headers": {"x-shop-user": "anna", "x-role": "replaced"},
	"request_headers_to_remove": ["x-secret"],
	"response_headers_to_add": {"x-shop": "seen"},
	"query_parameters_to_set": {"page": "2"},
	"query_parameters_to_remove": ["token"],
} if {
	page == "changed"
} else := {
	"allowed": false,
	"rule": "teapot",
	"reason": "only tea",
	"http_status": 418,
	"headers": {"x-shop-why": "tea"},
	"body": "{\"error\": \"only tea\"}",
} if {
	page == "teapot"
} else := {"allowed": false, "rule": "staff", "reason": "staff only"} if {
	page == "staff"
	not input.request.headers["x-user"] in staff
} else := {"allowed": true, "rule": "staff"} if {
	page == "staff"
} else := {"allowed": "yes"} if {
	page == "wrong-type"
}

door := {"allowed": true, "rule": "door"}

window := {"allowed": true, "rule": "window"}
