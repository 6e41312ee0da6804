# Looks at a token's expiry and key only; whether its signature is right is not what is tested.
package tokens

token := io.jwt.decode(input.request.headers["x-token"])

default unexpired := false

unexpired if token[1].exp * 1000000000 > time.now_ns()

default known := false

known if token[0].kid in data.tokens.keys

default pair := false

pair if {
	input.request.headers["x-a"] == "a_b"
	input.request.headers["x-b"] == "c"
}
