# Decides by the claims that Envoy has verified, as the values that they are.
package claims

claims := input.attributes.metadataContext.filterMetadata["envoy.filters.http.jwt_authn"].claims

default decision := {"allowed": false, "rule": "no_token"}

decision := {"allowed": true, "headers": {"x-claims": json.marshal(claims)}} if input.request.path_segments == ["claims"]

decision if input.request.path_segments == ["open"]

decision if {
	input.request.path_segments == ["staff"]
	claims.level > 2.5
	claims.active == true
	"staff" in claims.roles
	claims.address.city == "Ulm"
	claims.nickname == null
}
