package tenants

default allow = false

allow {
	tenant == input.parsed_path[0]
	count(object.get(input.parsed_query, "lang", [])) < 2
	not outside
}

tenant = regex.find_all_string_submatch_n(`^spiffe://shop\.example/tenant/([a-z]+)$`, input.attributes.source.principal, 1)[0][1]

outside {
	not net.cidr_contains("10.0.0.0/8", input.attributes.source.address.socketAddress.address)
}
