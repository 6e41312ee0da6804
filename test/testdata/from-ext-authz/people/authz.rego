# After OPA's tutorial for Envoy: a token says who somebody is and until when, its role and the body what is allowed.
package people.authz

import data.people.keys
import input.attributes.request.http

default allow := false

allow if {
	token_holds
	action_allowed
}

token_holds if {
	token.valid
	now := time.now_ns() / 1000000000
	token.payload.nbf <= now
	now < token.payload.exp
}

action_allowed if {
	http.method == "GET"
	token.payload.role in {"guest", "admin"}
	glob.match("/people/*", ["/"], http.path)
}

# Nobody writes an entry of their own.
action_allowed if {
	http.method == "POST"
	token.payload.role == "admin"
	glob.match("/people", ["/"], http.path)
	lower(input.parsed_body.firstname) != base64url.decode(token.payload.sub)
}

token := {"valid": valid, "payload": payload} if {
	[_, encoded] := split(http.headers.authorization, " ")
	[valid, _, payload] := io.jwt.decode_verify(encoded, {"cert": keys.pem, "alg": "ES256"})
}
