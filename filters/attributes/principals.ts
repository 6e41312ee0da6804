import { PropertyPath } from "../host/properties";
import { readValue } from "./properties";
import { Value } from "./value";

/** Whom a certificate names, in the order of ext_authz. */
const SOURCE: StaticArray<PropertyPath> = [
	PropertyPath.of("connection.uri_san_peer_certificate"),
	PropertyPath.of("connection.dns_san_peer_certificate"),
	PropertyPath.of("connection.subject_peer_certificate"),
];
const DESTINATION: StaticArray<PropertyPath> = [
	PropertyPath.of("connection.uri_san_local_certificate"),
	PropertyPath.of("connection.dns_san_local_certificate"),
	PropertyPath.of("connection.subject_local_certificate"),
];

/** attributes.source.principal, as ext_authz fills it from the client's certificate. */
export function readSourcePrincipal(out: Value): bool {
	return readFirst(SOURCE, out);
}

/** attributes.destination.principal, as ext_authz fills it from the certificate that Envoy showed. */
export function readDestinationPrincipal(out: Value): bool {
	return readFirst(DESTINATION, out);
}

function readFirst(paths: StaticArray<PropertyPath>, out: Value): bool {
	for (let i = 0; i < paths.length; i++) {
		if (readValue(unchecked(paths[i]), out)) return true;
	}
	return false;
}
