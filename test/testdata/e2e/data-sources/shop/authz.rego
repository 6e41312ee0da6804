package shop.authz

import data.shop.blocked

default decision := {"allowed": true}

decision := {"allowed": false, "rule": "reader"} if {
	blocked.readers[input.request.headers["x-reader"]]
} else := {"allowed": false, "rule": "address"} if {
	address_is_in(blocked.addresses)
}

address_is_in(ranges) if {
	some beginning in [split(input.source.ip, ".")[0], split(input.source.ip, ":")[0], "*"]
	some range in ranges[beginning]
	net.cidr_contains(range, input.source.ip)
}
