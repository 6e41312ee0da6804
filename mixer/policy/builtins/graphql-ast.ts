import {
	type ArgumentNode,
	type ConstDirectiveNode,
	type DirectiveNode,
	type DocumentNode,
	type FragmentDefinitionNode,
	Kind,
	type OperationDefinitionNode,
	type SelectionNode,
	type TypeNode,
	type ValueNode,
	type VariableDefinitionNode,
} from "graphql";

/** Go's nodes, without what OPA drops of them: positions, nulls, what is empty. */
export type GoNode = Readonly<Record<string, unknown>>;

/** A document of operations and fragments as OPA has it (github.com/vektah/gqlparser). */
export function queryDocument({ definitions }: DocumentNode): GoNode {
	const operations = definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
	const fragments = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
	return pruned({ Operations: operations.map(operation), Fragments: fragments.map(fragment) });
}

function operation(node: OperationDefinitionNode): GoNode {
	return pruned({
		Operation: node.operation,
		Name: node.name?.value ?? "",
		VariableDefinitions: node.variableDefinitions?.map(variableDefinition),
		Directives: directives(node.directives),
		SelectionSet: node.selectionSet.selections.map(selection),
	});
}

function fragment(node: FragmentDefinitionNode): GoNode {
	return pruned({
		Name: node.name.value,
		VariableDefinition: node.variableDefinitions?.map(variableDefinition),
		TypeCondition: node.typeCondition.name.value,
		Directives: directives(node.directives),
		SelectionSet: node.selectionSet.selections.map(selection),
	});
}

function variableDefinition(node: VariableDefinitionNode): GoNode {
	return pruned({
		Variable: node.variable.name.value,
		Type: typeReference(node.type),
		DefaultValue: node.defaultValue && value(node.defaultValue),
		Directives: directives(node.directives),
		Used: false,
	});
}

function selection(node: SelectionNode): GoNode {
	const shared = { Directives: directives(node.directives) };
	switch (node.kind) {
		case Kind.FIELD:
			return pruned({
				Alias: node.alias?.value ?? node.name.value,
				Name: node.name.value,
				Arguments: node.arguments?.map(argument),
				SelectionSet: node.selectionSet?.selections.map(selection),
				...shared,
			});
		case Kind.FRAGMENT_SPREAD:
			return pruned({ Name: node.name.value, ...shared });
		case Kind.INLINE_FRAGMENT:
			return pruned({
				TypeCondition: node.typeCondition?.name.value ?? "",
				SelectionSet: node.selectionSet.selections.map(selection),
				...shared,
			});
	}
}

function argument(node: ArgumentNode): GoNode {
	return { Name: node.name.value, Value: value(node.value) };
}

/** Directives where they are used. */
export function directives(
	nodes: readonly (DirectiveNode | ConstDirectiveNode)[] | undefined,
): readonly GoNode[] | undefined {
	return nodes?.map((node) =>
		pruned({ Name: node.name.value, Arguments: node.arguments?.map(argument), Location: "" }),
	);
}

/** A type as it is referred to. */
export function typeReference(node: TypeNode): GoNode {
	const isRequired = node.kind === Kind.NON_NULL_TYPE;
	const inner = isRequired ? node.type : node;
	if (inner.kind === Kind.NAMED_TYPE) return { NamedType: inner.name.value, NonNull: isRequired };
	return { NamedType: "", Elem: typeReference(inner.type), NonNull: isRequired };
}

/** A value, with gqlparser's number of its kind. */
export function value(node: ValueNode): GoNode {
	const goValue = (kind: number, raw: string, children?: readonly GoNode[]) =>
		pruned({ Kind: kind, Raw: raw, Children: children, ExpectedTypeHasDefault: false });
	switch (node.kind) {
		case Kind.VARIABLE:
			return goValue(0, node.name.value);
		case Kind.INT:
			return goValue(1, node.value);
		case Kind.FLOAT:
			return goValue(2, node.value);
		case Kind.STRING:
			return goValue(node.block === true ? 4 : 3, node.value);
		case Kind.BOOLEAN:
			return goValue(5, String(node.value));
		case Kind.NULL:
			return goValue(6, "null");
		case Kind.ENUM:
			return goValue(7, node.value);
		case Kind.LIST: {
			const items = node.values.map((item) => ({ Name: "", Value: value(item) }));
			return goValue(8, "", items);
		}
		case Kind.OBJECT: {
			const fields = node.fields.map((field) => ({ Name: field.name.value, Value: value(field.value) }));
			return goValue(9, "", fields);
		}
	}
}

/** Without what is not there, and without empty lists and nodes. */
export function pruned(node: Readonly<Record<string, unknown>>): GoNode {
	const isEmpty = (member: unknown) =>
		member === undefined || member === null || (typeof member === "object" && Object.keys(member).length === 0);
	return Object.fromEntries(Object.entries(node).filter(([, member]) => !isEmpty(member)));
}
