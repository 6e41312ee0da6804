import {
	buildASTSchema,
	type DefinitionNode,
	type DocumentNode,
	type GraphQLSchema,
	isExecutableDefinitionNode,
	isTypeDefinitionNode,
	isTypeExtensionNode,
	Kind,
	parse,
	TokenKind,
	validate,
	validateSchema,
} from "graphql";
import { queryDocument } from "./graphql-ast.ts";
import { schemaDocument } from "./graphql-schema.ts";
import type { BuiltinFamily } from "./host-builtin.ts";
import { array, boolean, fromPlain, object } from "./make-value.ts";
import { argument, stringOperand, wrongType } from "./operands.ts";
import type { RegoValue } from "./rego-value.ts";
import { UnsupportedError } from "./unsupported-error.ts";

type Arguments = readonly RegoValue[];

/** Tokens of a document: its parser calls itself for each level of nesting. */
const MAX_TOKENS = 10_000;

/** graphql.*: documents are read and judged by the reference implementation, and shown as OPA shows them. */
export const graphqlBuiltins: BuiltinFamily = [
	["graphql.parse_query", (args) => fromPlain(shownQuery(readQuery(stringOperand(args, 0))))],
	["graphql.parse_schema", (args) => fromPlain(shownSchema(readTypes(stringOperand(args, 0))))],
	["graphql.schema_is_valid", (args) => boolean(isGood(() => buildSchema(readTypes(documentOperand(args, 0)))))],
	["graphql.is_valid", (args) => boolean(isGood(() => readBoth(args)))],
	["graphql.parse", (args) => array(parseBoth(args))],
	["graphql.parse_and_verify", parseAndVerify],
];

function parseAndVerify(args: Arguments): RegoValue {
	try {
		return array([boolean(true), ...parseBoth(args)]);
	} catch (error) {
		if (error instanceof UnsupportedError) throw error;
		return array([boolean(false), object([]), object([])]);
	}
}

function isGood(read: () => unknown): boolean {
	try {
		read();
		return true;
	} catch (error) {
		if (error instanceof UnsupportedError) throw error;
		return false;
	}
}

/** OPA takes its own documents for text too. */
function documentOperand(args: Arguments, index: number): string {
	const value = argument(args, index);
	if (value.type === "object") throw new UnsupportedError("a document that is parsed already is not supported here");
	if (value.type !== "string") throw wrongType(index - 1, value, "string", "object");
	return value.value;
}

function parseBoth(args: Arguments): [RegoValue, RegoValue] {
	const { query, types } = readBoth(args);
	return [fromPlain(shownQuery(query)), fromPlain(shownSchema(types))];
}

/** The query and the schema, where the one is valid in the other. */
function readBoth(args: Arguments): { query: DocumentNode; types: DocumentNode } {
	const query = readQuery(documentOperand(args, 0));
	const types = readTypes(documentOperand(args, 1));
	const [fault] = validate(buildSchema(types), query);
	if (fault !== undefined) throw fault;
	return { query, types };
}

const nothing: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

function readQuery(text: string): DocumentNode {
	return readDocument(text, isExecutableDefinitionNode);
}

function readTypes(text: string): DocumentNode {
	return readDocument(text, (node) => !isExecutableDefinitionNode(node));
}

function readDocument(text: string, belongs: (node: DefinitionNode) => boolean): DocumentNode {
	if (/^[\s,\ufeff]*$/.test(text)) return nothing;
	const document = parse(text, { allowLegacyFragmentVariables: true, maxTokens: MAX_TOKENS });
	const other = document.definitions.find((node) => !belongs(node));
	if (other !== undefined) throw new Error(`Unexpected ${other.kind}`);
	return document;
}

function shownQuery(document: DocumentNode) {
	refuseComments(document);
	return queryDocument(document);
}

function shownSchema(document: DocumentNode) {
	refuseComments(document);
	return schemaDocument(document);
}

/** OPA shows them beside what they stand at. */
function refuseComments({ loc }: DocumentNode): void {
	for (let token = loc?.startToken ?? null; token !== null; token = token.next) {
		if (token.kind === TokenKind.COMMENT) throw new UnsupportedError("comments in a document are not supported here");
	}
}

/** @throws Error where it is not valid. OPA asks for no type of queries, and lets what isn't there be extended. */
function buildSchema(document: DocumentNode): GraphQLSchema {
	const complete = { ...document, definitions: withExtended(document.definitions) };
	const faults = validateSchema(buildASTSchema(complete)).filter(({ message }) => !/^Query root type/.test(message));
	if (faults[0] !== undefined) throw faults[0];
	return buildASTSchema(complete, { assumeValid: true });
}

/** The first extension of a type that is not there defines it. */
function withExtended(definitions: readonly DefinitionNode[]): DefinitionNode[] {
	const known = new Set(definitions.filter(isTypeDefinitionNode).map(({ name }) => name.value));
	return definitions.map((node) => {
		if (!isTypeExtensionNode(node) || known.has(node.name.value)) return node;
		known.add(node.name.value);
		return definitionOf(node);
	});
}

function definitionOf(node: Extract<DefinitionNode, { kind: `${string}TypeExtension` }>): DefinitionNode {
	switch (node.kind) {
		case Kind.SCALAR_TYPE_EXTENSION:
			return { ...node, kind: Kind.SCALAR_TYPE_DEFINITION };
		case Kind.OBJECT_TYPE_EXTENSION:
			return { ...node, kind: Kind.OBJECT_TYPE_DEFINITION };
		case Kind.INTERFACE_TYPE_EXTENSION:
			return { ...node, kind: Kind.INTERFACE_TYPE_DEFINITION };
		case Kind.UNION_TYPE_EXTENSION:
			return { ...node, kind: Kind.UNION_TYPE_DEFINITION };
		case Kind.ENUM_TYPE_EXTENSION:
			return { ...node, kind: Kind.ENUM_TYPE_DEFINITION };
		case Kind.INPUT_OBJECT_TYPE_EXTENSION:
			return { ...node, kind: Kind.INPUT_OBJECT_TYPE_DEFINITION };
	}
}
