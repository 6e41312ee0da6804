import { createFileRegistry, type DescEnum, type DescField, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { MixerError } from "../error.ts";

/** Far beyond any service; the filter reads them all each time a VM is configured. */
const MAX_METHODS = 4096;
const MAX_FIELDS = 20_000;

/** The numbers of filters/attributes/body/grpc/message-type.ts; kinds are those of google.protobuf.FieldDescriptorProto. */
const MESSAGE = 11;
const ENUM = 14;
const rules = { implicit: 0, explicit: 1, required: 2, repeated: 3, map: 4 } as const;
const NO_ONEOF = -1;
const WRAPPER = 8;
const wellKnown: ReadonlyMap<string, number> = new Map(
	["Any", "Timestamp", "Duration", "FieldMask", "Struct", "Value", "ListValue"].map((name, i) => [name, i + 1]),
);

/** Number, JSON name, kind, rule, place of its message or enum (else 0), place of its oneof (else -1). */
type FieldRow = readonly [number: number, name: string, kind: number, rule: number, type: number, oneof: number];

/** What the filter reads gRPC messages with; part of its configuration. */
export interface GrpcTypes {
	/** Every method that takes one message, such as shop.Orders/Place, and the place of that message. */
	readonly methods: readonly (readonly [name: string, message: number])[];
	readonly messages: readonly {
		readonly wellKnown: number;
		readonly oneofs: number;
		readonly fields: readonly FieldRow[];
	}[];
	readonly enums: readonly { readonly isNull: boolean; readonly values: readonly (readonly [number, string])[] }[];
}

/** The types, and what people should know of them. */
export interface CompiledGrpcTypes {
	readonly types: GrpcTypes;
	readonly warnings: readonly string[];
}

/**
 * Makes of a binary FileDescriptorSet what the filter needs to read the requests of its methods.
 *
 * @param name of the file, for messages.
 * @throws MixerError "invalid" where it is no such set, lacks an import, or has something that is not read.
 */
export function compileGrpcTypes(bytes: Uint8Array, name: string): CompiledGrpcTypes {
	const compiler = new Compiler(name);
	const registry = readRegistry(bytes, name);
	for (const type of registry) {
		if (type.kind !== "service") continue;
		for (const method of type.methods) {
			const isStream = method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming";
			if (!isStream) compiler.method(`${type.typeName}/${method.name}`, method.input);
		}
	}
	return compiler.finish();
}

function readRegistry(bytes: Uint8Array, name: string) {
	try {
		return createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
	} catch (error) {
		const { message } = MixerError.from(error);
		const hint = "write it with protoc --include_imports --descriptor_set_out";
		throw new MixerError(
			"invalid",
			`${name} is not a FileDescriptorSet with all that it imports (${message}): ${hint}`,
			{
				cause: error,
			},
		);
	}
}

class Compiler {
	readonly #name: string;
	readonly #methods: [string, number][] = [];
	readonly #messages: { wellKnown: number; oneofs: number; fields: FieldRow[] }[] = [];
	readonly #enums: GrpcTypes["enums"][number][] = [];
	readonly #placeOf = new Map<DescMessage | DescEnum, number>();
	readonly #warnings: string[] = [];
	readonly #faults: string[] = [];
	#fields = 0;

	constructor(name: string) {
		this.#name = name;
	}

	method(name: string, input: DescMessage): void {
		this.#methods.push([name, this.#message(input)]);
	}

	finish(): CompiledGrpcTypes {
		if (this.#methods.length === 0) this.#faults.push("has no method that takes one message");
		if (this.#methods.length > MAX_METHODS) this.#faults.push(`has more than ${MAX_METHODS} methods`);
		if (this.#fields > MAX_FIELDS) this.#faults.push(`has more than ${MAX_FIELDS} fields in what its methods take`);
		if (this.#faults.length > 0) {
			throw new MixerError("invalid", this.#faults.map((fault) => `${this.#name}: ${fault}`).join("\n"));
		}
		const types = { methods: this.#methods, messages: this.#messages, enums: this.#enums };
		return { types, warnings: this.#warnings.map((warning) => `${this.#name}: warning: ${warning}`) };
	}

	/** The place of a message; those it holds are added with it. */
	#message(message: DescMessage): number {
		const known = this.#placeOf.get(message);
		if (known !== undefined) return known;
		const made = { wellKnown: wellKnownOf(message), oneofs: message.oneofs.length, fields: [] as FieldRow[] };
		const place = this.#messages.push(made) - 1;
		this.#placeOf.set(message, place);
		// The filter knows what these hold.
		if (made.wellKnown !== 0 && made.wellKnown !== WRAPPER) return place;
		const fields = [...message.fields].sort((a, b) => a.number - b.number);
		this.#fields += fields.length;
		if (this.#fields <= MAX_FIELDS) for (const field of fields) made.fields.push(this.#field(field));
		return place;
	}

	#field(field: DescField): FieldRow {
		const name = `${field.parent.typeName}.${field.name}`;
		if ("delimitedEncoding" in field && field.delimitedEncoding) {
			this.#faults.push(`${name} is a group, which is not read: leave its service out of the set`);
		}
		if (field.message?.typeName === "google.protobuf.Any") {
			this.#warnings.push(
				`${name} is a google.protobuf.Any: a call that sets it is answered 400 where a policy reads it`,
			);
		}
		const { kind, type } =
			field.fieldKind === "map" ? { kind: MESSAGE, type: this.#entry(field) } : this.#typeOf(field);
		const oneof = field.oneof === undefined ? NO_ONEOF : field.parent.oneofs.indexOf(field.oneof);
		return [field.number, field.jsonName, kind, ruleOf(field), type, oneof];
	}

	#typeOf(field: Pick<DescField, "message" | "enum" | "scalar">): { kind: number; type: number } {
		if (field.message !== undefined) return { kind: MESSAGE, type: this.#message(field.message) };
		if (field.enum !== undefined) return { kind: ENUM, type: this.#enum(field.enum) };
		return { kind: field.scalar ?? 0, type: 0 };
	}

	/** A map is a list of messages with a key and a value. */
	#entry(field: Extract<DescField, { fieldKind: "map" }>): number {
		const value = this.#typeOf(field);
		const fields: FieldRow[] = [
			[1, "key", field.mapKey, rules.explicit, 0, NO_ONEOF],
			[2, "value", value.kind, rules.explicit, value.type, NO_ONEOF],
		];
		return this.#messages.push({ wellKnown: 0, oneofs: 0, fields }) - 1;
	}

	#enum(type: DescEnum): number {
		const known = this.#placeOf.get(type);
		if (known !== undefined) return known;
		const names = new Map<number, string>();
		for (const { number, name } of type.values) if (!names.has(number)) names.set(number, name);
		const place = this.#enums.push({ isNull: type.typeName === "google.protobuf.NullValue", values: [...names] }) - 1;
		this.#placeOf.set(type, place);
		return place;
	}
}

function wellKnownOf({ typeName }: DescMessage): number {
	const name = /^google\.protobuf\.(\w+)$/.exec(typeName)?.[1] ?? "";
	const isWrapper = /^(Double|Float|U?Int(64|32)|Bool|String|Bytes)Value$/.test(name);
	return isWrapper ? WRAPPER : (wellKnown.get(name) ?? 0);
}

function ruleOf(field: DescField): number {
	if (field.fieldKind === "list") return rules.repeated;
	if (field.fieldKind === "map") return rules.map;
	if (field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED) return rules.required;
	return field.presence === FeatureSet_FieldPresence.IMPLICIT ? rules.implicit : rules.explicit;
}
