import { type InputNode, inputTree, schemaOfType } from "./generate-tree.ts";
import type { Vocabulary } from "./generate-vocabulary.ts";

/**
 * generated/input-schema.json: JSON Schema of the whole `input` document. Objects with a fixed set of keys refuse any
 * other, so that `opa check --schema` takes a misspelt path for the type error it is.
 */
export function renderSchema(vocabulary: Vocabulary): string {
	const schema = {
		$schema: "http://json-schema.org/draft-07/schema#",
		title: "The input document of a Sluice policy",
		...schemaOf(inputTree(vocabulary.leaves)),
	};
	return `${JSON.stringify(schema, null, "\t")}\n`;
}

function schemaOf(node: InputNode): object {
	if (node.leaf !== undefined) {
		const { type, doc } = node.leaf.attribute;
		return { description: doc, ...schemaOfType(type) };
	}
	const properties = Object.fromEntries(node.children.map((child) => [child.name, schemaOf(child)]));
	return { type: "object", properties, additionalProperties: false };
}
