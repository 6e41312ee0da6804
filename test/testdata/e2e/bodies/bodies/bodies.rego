package bodies

open := input.request.method == "POST"

# The body is {"role": …, "text": …}, or a lone number.
default whole := false

whole := {"allowed": true, "headers": {"x-saw": sprintf("%d", [count(input.parsed_body.text)])}} if {
	input.parsed_body.role == "admin"
}

whole := {"allowed": true, "headers": {"x-saw": "0"}} if input.parsed_body == 1

# An upgrade has none.
whole := {"allowed": true} if {
	input.request.method == "GET"
	input.parsed_body == null
}

default cut := false

cut := {"allowed": true, "headers": {"x-saw": "truncated"}} if {
	input.truncated_body
	input.parsed_body == null
}

cut := {"allowed": true, "headers": {"x-saw": sprintf("%d", [count(input.parsed_body.text)])}} if {
	not input.truncated_body
	input.parsed_body.role == "admin"
}

cut := {"allowed": true, "headers": {"x-saw": "0"}} if input.parsed_body == 1

default orders := false

orders if input.parsed_body.item == "apples"

# Of a stream of messages none is read.
orders if {
	input.parsed_path == ["shop.v1.Orders", "Upload"]
	input.parsed_body == null
}
