package tokens

default allow = false

# What cannot be decoded has no value, and other rules still decide.
allow {
	[_, payload, _] := io.jwt.decode(bearer)
	payload.role == "guest"
	input.attributes.request.http.method == "GET"
}

allow {
	input.parsed_path == ["open"]
}

bearer = token {
	[_, token] := split(input.attributes.request.http.headers.authorization, " ")
}
