import {
	type DirectiveDefinitionNode,
	type DocumentNode,
	type FieldDefinitionNode,
	type InputValueDefinitionNode,
	isTypeDefinitionNode,
	isTypeExtensionNode,
	Kind,
	type SchemaDefinitionNode,
	type SchemaExtensionNode,
	type TypeDefinitionNode,
	type TypeExtensionNode,
} from "graphql";
import { directives, type GoNode, pruned, typeReference, value } from "./graphql-ast.ts";

/** A document of types as OPA has it (github.com/vektah/gqlparser). */
export function schemaDocument({ definitions }: DocumentNode): GoNode {
	return pruned({
		Schema: definitions.filter((node) => node.kind === Kind.SCHEMA_DEFINITION).map(schemaDefinition),
		SchemaExtension: definitions.filter((node) => node.kind === Kind.SCHEMA_EXTENSION).map(schemaDefinition),
		Directives: definitions.filter((node) => node.kind === Kind.DIRECTIVE_DEFINITION).map(directiveDefinition),
		Definitions: definitions.filter(isTypeDefinitionNode).map(typeDefinition),
		Extensions: definitions.filter(isTypeExtensionNode).map(typeDefinition),
	});
}

function schemaDefinition(node: SchemaDefinitionNode | SchemaExtensionNode): GoNode {
	return pruned({
		Description: "description" in node ? (node.description?.value ?? "") : "",
		Directives: directives(node.directives),
		OperationTypes: node.operationTypes?.map(({ operation, type }) => ({
			Operation: operation,
			Type: type.name.value,
		})),
	});
}

function directiveDefinition(node: DirectiveDefinitionNode): GoNode {
	return pruned({
		Description: node.description?.value ?? "",
		Name: node.name.value,
		Arguments: node.arguments?.map(inputValue),
		Locations: node.locations.map((location) => location.value),
		IsRepeatable: node.repeatable,
	});
}

type TypeNode = TypeDefinitionNode | TypeExtensionNode;

function typeDefinition(node: TypeNode): GoNode {
	return pruned({
		Kind: kindOf(node),
		Description: "description" in node ? (node.description?.value ?? "") : "",
		Name: node.name.value,
		Directives: directives(node.directives),
		BuiltIn: false,
		...contentOf(node),
	});
}

function kindOf(node: TypeNode): string {
	const [kind = ""] = node.kind.split(/(?:Type)?(?:Definition|Extension)$/);
	return kind === "InputObject" ? "INPUT_OBJECT" : kind.toUpperCase();
}

function contentOf(node: TypeNode): GoNode {
	switch (node.kind) {
		case Kind.OBJECT_TYPE_DEFINITION:
		case Kind.OBJECT_TYPE_EXTENSION:
		case Kind.INTERFACE_TYPE_DEFINITION:
		case Kind.INTERFACE_TYPE_EXTENSION:
			return { Interfaces: node.interfaces?.map(({ name }) => name.value), Fields: node.fields?.map(field) };
		case Kind.INPUT_OBJECT_TYPE_DEFINITION:
		case Kind.INPUT_OBJECT_TYPE_EXTENSION:
			return { Fields: node.fields?.map(inputValue) };
		case Kind.UNION_TYPE_DEFINITION:
		case Kind.UNION_TYPE_EXTENSION:
			return { Types: node.types?.map(({ name }) => name.value) };
		case Kind.ENUM_TYPE_DEFINITION:
		case Kind.ENUM_TYPE_EXTENSION:
			return {
				EnumValues: node.values?.map((each) =>
					pruned({
						Description: each.description?.value ?? "",
						Name: each.name.value,
						Directives: directives(each.directives),
					}),
				),
			};
		case Kind.SCALAR_TYPE_DEFINITION:
		case Kind.SCALAR_TYPE_EXTENSION:
			return {};
	}
}

function field(node: FieldDefinitionNode): GoNode {
	return pruned({
		Description: node.description?.value ?? "",
		Name: node.name.value,
		Arguments: node.arguments?.map(inputValue),
		Type: typeReference(node.type),
		Directives: directives(node.directives),
	});
}

function inputValue(node: InputValueDefinitionNode): GoNode {
	return pruned({
		Description: node.description?.value ?? "",
		Name: node.name.value,
		DefaultValue: node.defaultValue && value(node.defaultValue),
		Type: typeReference(node.type),
		Directives: directives(node.directives),
	});
}
