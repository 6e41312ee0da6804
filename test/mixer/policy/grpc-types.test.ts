import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
	FieldDescriptorProto_Label,
	FieldDescriptorProto_Type,
	FieldDescriptorProtoSchema,
	type FileDescriptorSet,
	FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { compileGrpcTypes } from "../../../mixer/policy/grpc-types.ts";
import { testDescriptors } from "../../support/grpc-descriptors.ts";
import { buildFiles, policyDocument } from "./policy-folder.ts";

let bytes: Uint8Array;

before(async () => {
	({ bytes } = await testDescriptors());
});

/** The test's descriptors with something changed. */
function changed(change: (set: FileDescriptorSet) => void): Uint8Array {
	const set = fromBinary(FileDescriptorSetSchema, bytes);
	change(set);
	return toBinary(FileDescriptorSetSchema, set);
}

describe("a set of descriptors", () => {
	test("gives every method that takes one message, and what these hold", () => {
		const { types, warnings } = compileGrpcTypes(bytes, "shop.binpb");
		const names = types.methods.map(([name]) => name);
		assert.ok(names.includes("shop.v1.Orders/Place") && names.includes("shop.v1.Orders/Watch"));
		assert.ok(!names.includes("shop.v1.Orders/Upload"), "it takes a stream");
		const [, place = -1] = types.methods.find(([name]) => name === "shop.old.Counters/Add") ?? [];
		assert.deepEqual(types.messages[place], {
			wellKnown: 0,
			oneofs: 0,
			fields: [
				[1, "name", 9, 2, 0, -1],
				[2, "by", 5, 1, 0, -1],
				[3, "parts", 5, 3, 0, -1],
				[4, "inner", 11, 1, place, -1],
			],
		});
		assert.deepEqual(warnings, [
			"shop.binpb: warning: shop.v1.Order.any is a google.protobuf.Any: a call that sets it is answered 400 where a policy reads it",
		]);
	});

	const faults: readonly (readonly [what: string, set: () => Uint8Array, message: string | RegExp])[] = [
		[
			"that is none",
			() => new Uint8Array([255]),
			/^shop\.binpb is not a FileDescriptorSet with all that it imports \(.*\): write it with protoc --include_imports --descriptor_set_out$/,
		],
		[
			"without what it imports",
			() =>
				changed((set) => {
					set.file = set.file.filter(({ name }) => name === "shop.proto");
				}),
			/^shop\.binpb is not a FileDescriptorSet with all that it imports/,
		],
		[
			"without methods",
			() => toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema)),
			"shop.binpb: has no method that takes one message",
		],
		[
			"with a group",
			() =>
				changed((set) => {
					const [counter] = set.file.find(({ name }) => name === "old.proto")?.messageType ?? [];
					counter?.field.push(
						create(FieldDescriptorProtoSchema, {
							name: "group",
							jsonName: "group",
							number: 9,
							label: FieldDescriptorProto_Label.OPTIONAL,
							type: FieldDescriptorProto_Type.GROUP,
							typeName: ".shop.old.Counter",
						}),
					);
				}),
			"shop.binpb: shop.old.Counter.group is a group, which is not read: leave its service out of the set",
		],
	];
	for (const [what, set, message] of faults) {
		test(`${what} is refused`, () => {
			assert.throws(() => compileGrpcTypes(set(), "shop.binpb"), { code: "invalid", message });
		});
	}
});

describe("a build", () => {
	const settings =
		"---\napiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: a}\nspec: {protoDescriptors: protos/shop.binpb}\n";
	const files = (rego: string) => ({
		"sluice.yaml": policyDocument({ placement: "proxy" }) + settings,
		"protos/shop.binpb": bytes,
		"shop/authz.rego": `package shop.authz\n\ndecision := ${rego}\n`,
	});

	test("hands the filter the types where a Policy reads bodies, and says what is not read of them", async (context) => {
		const { pluginConfig, warnings } = await buildFiles(context, files("input.parsed_body.size"));
		assert.deepEqual(JSON.parse(pluginConfig).grpc, compileGrpcTypes(bytes, "").types);
		assert.match(warnings.join(), /^protos\/shop\.binpb: warning: shop\.v1\.Order\.any is a google\.protobuf\.Any/);
	});

	test("leaves them out where none does", async (context) => {
		const { pluginConfig, warnings } = await buildFiles(context, files("input.request.method"));
		assert.equal(JSON.parse(pluginConfig).grpc, undefined);
		assert.deepEqual(warnings, []);
	});
});
