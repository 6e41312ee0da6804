# Who may connect: without TLS this machine's first address, with TLS one client by its name, to one server name.
package clients

decision := {"allowed": true, "rule": "address"} if {
	not input.connection.mtls
	input.source.ip == "127.0.0.1"
} else := {"allowed": true, "rule": "principal"} if {
	input.connection.requested_server_name == "redis.example.com"
	input.source.principal == "spiffe://example.com/ns/shop/sa/cart"
} else := {"allowed": false, "rule": "nobody", "reason": sprintf("%s is no client", [input.source.ip])}

asked := {"allowed": input.source.ip == "127.0.0.1", "rule": "asked"}

requests := true
