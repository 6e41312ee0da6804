# Runs in the Mixer: the proxy has no crypto.sha256.
package outside

# The SHA-256 of "open sesame".
password := "41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb"

decision := {"allowed": true, "rule": "known", "headers": {"x-outside": "known"}} if {
	crypto.sha256(input.request.headers["x-password"]) == password
} else := {"allowed": false, "rule": "unknown", "body": "unknown\n"}
