# After the plugin's example for gRPC: the message of a call decides.
package orders.authz

default allow := false

allow if input.parsed_path == ["shop.v1.Orders", "Ping"]

allow if {
	input.parsed_path == ["shop.v1.Orders", "Place"]
	input.parsed_body.person == {"id": "123", "name": "lena", "parent": {"id": "122", "name": "omar"}}
	input.parsed_body.state == "OPEN"
	input.parsed_body.price < 2.5
	not input.parsed_body.unknown
}

allow if {
	input.parsed_path == ["shop.v1.Orders", "Place"]
	input.parsed_body.ordered == "2020-12-02T09:48:42.118723Z"
	input.parsed_body.within == "30s"
	"sugar" in input.parsed_body.notes
}

# Of a stream nothing is read.
allow if {
	input.parsed_path == ["shop.v1.Orders", "Upload"]
	input.parsed_body == null
}
