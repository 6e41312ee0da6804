package tokens

default allow := false

# What cannot be decoded has no value, and other rules still decide.
allow if {
	[_, payload, _] := io.jwt.decode(bearer)
	payload.role == "guest"
	input.attributes.request.http.method == "GET"
}

allow if input.parsed_path == ["open"]

bearer := token if [_, token] := split(input.attributes.request.http.headers.authorization, " ")
