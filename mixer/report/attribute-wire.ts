import { type AttributeName, type AttributeType, vocabulary } from "../api/generated/vocabulary.ts";

/** An attribute as records on the wire have it. */
export interface WireAttribute {
	readonly name: AttributeName;
	/** In the vocabulary. */
	readonly number: number;
	/** The field of mixer.proto's Attribute that has its value: number and type on the wire, as one. */
	readonly key: number;
}

/** The keys of Attribute's fields. */
export const NAME = 0x08;
export const VALUE_KEYS = {
	string: 0x10,
	int64: 0x18,
	double: 0x21,
	bool: 0x28,
	bytes: 0x32,
	ip: 0x3a,
	timestamp: 0x41,
	duration: 0x48,
	string_map: 0x52,
	string_list: 0x5a,
	string_list_map: 0x62,
} as const satisfies Record<AttributeType, number>;

const known: ReadonlyMap<string, WireAttribute> = new Map(
	Object.keys(vocabulary)
		.filter((name): name is AttributeName => Object.hasOwn(vocabulary, name))
		.map((name, number) => [name, { name, number, key: VALUE_KEYS[vocabulary[name].type] }]),
);

/** Undefined for a name that is not in the vocabulary. */
export function wireAttribute(name: string): WireAttribute | undefined {
	return known.get(name);
}
