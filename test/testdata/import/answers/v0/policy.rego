package shop.answers

import input.attributes.request.http

default decision = {
	"allowed": false,
	"http_status": 401,
	"body": "which key?",
	"headers": {"www-authenticate": "Key"},
}

customer = data.customers[http.headers["x-api-key"]]

decision = {
	"allowed": true,
	"headers": {"x-customer": customer.name, "x-plan": customer.plan},
	"request_headers_to_remove": ["x-api-key"],
	"response_headers_to_add": {"x-plan-until": format_int(customer.until, 10)},
} {
	customer.until > 2026
}

decision = answer {
	customer.until <= 2026
	answer := {
		"allowed": false,
		"http_status": 402,
		"body": sprintf("the plan of %s has ended", [customer.name]),
		"headers": {"x-plan-until": format_int(customer.until, 10)},
	}
}
