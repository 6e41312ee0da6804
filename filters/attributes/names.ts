import { ATTRIBUTE_NAMES, NAMED_ATTRIBUTES } from "./generated/vocabulary";

/** The id of a named attribute, such as request.method; -1 where the vocabulary has none of that name. */
export function attributeByName(name: string): i32 {
	for (let id = 0; id < NAMED_ATTRIBUTES; id++) {
		if (ATTRIBUTE_NAMES[id] == name) return id;
	}
	return -1;
}
