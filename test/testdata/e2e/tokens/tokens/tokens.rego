# Verifies the token in x-token: with its claims, or its signature alone with the algorithm in the path.
package tokens

token := input.request.headers["x-token"]

default claims := {"allowed": false, "rule": "no_token"}

claims := {"allowed": true, "rule": "token", "headers": {"x-user": payload.sub}} if {
	constraints := {"cert": data.tokens.keys, "iss": "https://issuer.example", "aud": "shop"}
	[valid, _, payload] := io.jwt.decode_verify(token, constraints)
	valid
}

default signed := false

signed if {
	input.request.path_segments[1] == "rs256"
	io.jwt.verify_rs256(token, data.tokens.keys)
}

signed if {
	input.request.path_segments[1] == "rs384"
	io.jwt.verify_rs384(token, data.tokens.keys)
}

signed if {
	input.request.path_segments[1] == "rs512"
	io.jwt.verify_rs512(token, data.tokens.keys)
}

signed if {
	input.request.path_segments[1] == "es256"
	io.jwt.verify_es256(token, data.tokens.keys)
}

signed if {
	input.request.path_segments[1] == "es384"
	io.jwt.verify_es384(token, data.tokens.keys)
}

signed if {
	input.request.path_segments[1] == "es512"
	io.jwt.verify_es512(token, data.tokens.keys)
}

signed if {
	input.request.path_segments[1] == "certificate"
	io.jwt.verify_es256(token, data.tokens.certificate)
}

signed if {
	input.request.path_segments[1] == "theirs"
	io.jwt.verify_rs256(token, input.request.headers["x-keys"])
}

default neighbour := true
