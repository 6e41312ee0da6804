# Shows the service what the policy saw of the request.
package mirror.authz

allow := {"allowed": true, "headers": {"x-input": json.marshal(seen)}}

seen["method"] := input.attributes.request.http.method

seen["path"] := input.attributes.request.http.path

seen["host"] := input.attributes.request.http.host

seen["scheme"] := input.attributes.request.http.scheme

seen["protocol"] := input.attributes.request.http.protocol

seen["query"] := input.attributes.request.http.query

seen["fragment"] := input.attributes.request.http.fragment

seen["size"] := input.attributes.request.http.size

seen["headers"] := input.attributes.request.http.headers

seen["source"] := input.attributes.source.address.socketAddress.address

seen["destination"] := input.attributes.destination.address.socketAddress.address

seen["source_principal"] := input.source_principal

seen["client"] := input.attributes.source.principal

seen["server"] := input.attributes.destination.principal

seen["parsed_path"] := input.parsed_path

seen["parsed_query"] := input.parsed_query

seen["parsed_body"] := input.parsed_body

seen["truncated_body"] := input.truncated_body

seen["version"] := input.version
