package envoy.authz

default allow = false

allow {
	input.attributes.request.http.method == "POST"
	input.parsed_path == ["people"]
	not input.truncated_body
	lower(input.parsed_body.firstname) != caller
}

allow {
	input.parsed_path[0] == "newsletter"
	input.parsed_body.mail[0] == input.parsed_body.again[0]
}

caller = base64url.decode(input.attributes.request.http.headers["x-caller"])
