import { type DerValue, derChildren, readOid } from "./der.ts";

/** A distinguished name as Go's pkix.Name is written in JSON. */
export type GoName = Readonly<Record<string, unknown>>;

/** The attributes that have a list of their own, by the last number of their identifier 2.5.4.n. */
const lists: Readonly<Record<number, string>> = {
	6: "Country",
	7: "Locality",
	8: "Province",
	9: "StreetAddress",
	10: "Organization",
	11: "OrganizationalUnit",
	17: "PostalCode",
};

/** Those of which the last one counts. */
const singles: Readonly<Record<number, string>> = { 3: "CommonName", 5: "SerialNumber" };

/** A name (X.501): relative names, each with one attribute or more. */
export function readName(name: DerValue): GoName {
	const found: Record<string, unknown> = {
		...Object.fromEntries(Object.values(lists).map((field) => [field, null])),
		...Object.fromEntries(Object.values(singles).map((field) => [field, ""])),
		ExtraNames: null,
		Names: null,
	};
	const names = derChildren(name).flatMap((relative) =>
		derChildren(relative).map((attribute) => {
			const [type, value] = derChildren(attribute);
			return { Type: readOid(type), Value: readText(value) };
		}),
	);
	for (const { Type: type, Value: value } of names) {
		if (type.length !== 4 || type[0] !== 2 || type[1] !== 5 || type[2] !== 4) continue;
		const [list, single] = [lists[type[3] ?? -1], singles[type[3] ?? -1]];
		if (single !== undefined) found[single] = value;
		if (list === undefined) continue;
		const before: unknown = found[list];
		found[list] = [...(Array.isArray(before) ? before : []), value];
	}
	return { ...found, Names: names.length > 0 ? names : null };
}

const UTF8 = 0x0c;
const BMP = 0x1e;

/** A string of any of DER's types. */
export function readText(value: DerValue | undefined): string {
	if (value === undefined) throw new Error("asn1: structure error: no string");
	if (value.tag === UTF8) return value.content.toString("utf8");
	if (value.tag !== BMP) return value.content.toString("latin1");
	return Buffer.from(value.content).swap16().toString("utf16le");
}
