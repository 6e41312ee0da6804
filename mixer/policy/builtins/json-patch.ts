import { jsonPath } from "./json-path.ts";
import { array, object, set } from "./make-value.ts";
import { compareValues, printValue, type RegoValue } from "./rego-value.ts";

type Path = readonly RegoValue[];

/**
 * JSON Patch (RFC 6902) as OPA has it: over sets too, whose items are their own keys, and with paths that may be arrays
 * of keys. undefined where the whole document was removed.
 */
export function jsonPatch(document: RegoValue, operations: readonly RegoValue[]): RegoValue | undefined {
	let patched: RegoValue | undefined = document;
	for (const operation of operations) patched = apply(patched, operation);
	return patched;
}

function apply(document: RegoValue | undefined, operation: RegoValue): RegoValue | undefined {
	if (operation.type !== "object") {
		throw new Error("must be an array of JSON-Patch objects, but at least one element is not an object");
	}
	const attribute = (name: string) =>
		operation.members.find(([key]) => key.type === "string" && key.value === name)?.[1];
	const required = (name: string): RegoValue => {
		const value = attribute(name);
		if (value === undefined) throw new Error(`missing required attribute '${name}'`);
		return value;
	};
	const pathValue = required("path");
	const kind = required("op");
	if (kind.type !== "string") throw new Error(`attribute 'op' must be a string but found: ${kind.type}`);
	const path = jsonPath(pathValue);
	switch (kind.value) {
		case "add":
			return insert(document, path, required("value"));
		case "remove":
			return remove(document, path);
		case "replace":
			return insert(remove(document, path), path, required("value"));
		case "move": {
			const from = jsonPath(required("from"));
			return insert(remove(document, from), path, find(document, from));
		}
		case "copy":
			return insert(document, path, find(document, jsonPath(required("from"))));
		case "test":
			return test(document, path, required);
		default:
			throw new Error(`unrecognized op: '${kind.value}'`);
	}
}

function test(document: RegoValue | undefined, path: Path, required: (name: string) => RegoValue) {
	const found = find(document, path);
	const value = required("value");
	if (compareValues(found, value) === 0) return document;
	// opa shows both values, which can be secrets of a request.
	throw new Error("value from EditTree != patch value");
}

function find(value: RegoValue | undefined, path: Path): RegoValue {
	if (value === undefined) throw new Error("nil value encountered where composite value was expected");
	const [key, ...rest] = path;
	return key === undefined ? value : find(childOf(value, key), rest);
}

function childOf(value: RegoValue, key: RegoValue): RegoValue {
	const child = value.type === "array" ? value.items[indexOf(value.items.length, key)] : memberOf(value, key);
	if (child !== undefined) return child;
	throw new Error(`path ${printValue(key)} does not exist in ${value.type} term`);
}

function memberOf(value: RegoValue, key: RegoValue): RegoValue | undefined {
	if (value.type === "object") return value.members.find(([other]) => compareValues(other, key) === 0)?.[1];
	if (value.type === "set") return value.items.find((item) => compareValues(item, key) === 0);
	throw new Error(`expected composite type for path ${printValue(key)}, found value of type ${value.type}`);
}

/** Where the path ends: what becomes of the value that holds its last key. */
type Change = (holder: RegoValue, key: RegoValue) => RegoValue;

function changeAt(value: RegoValue | undefined, path: Path, change: Change): RegoValue {
	if (value === undefined) throw new Error("nil value encountered where composite value was expected");
	const [key, ...rest] = path;
	if (key === undefined) throw new Error("the path is empty");
	if (rest.length === 0) return change(value, key);
	const changed = changeAt(childOf(value, key), rest, change);
	if (value.type === "array") return array(value.items.with(indexOf(value.items.length, key), changed));
	if (value.type === "object") return object([...value.members, [key, changed]]);
	return set([...withoutItem(value, key), changed]);
}

function insert(document: RegoValue | undefined, path: Path, value: RegoValue): RegoValue {
	if (path.length === 0) return value;
	return changeAt(document, path, (holder, key) => {
		if (holder.type === "object") return object([...holder.members, [key, value]]);
		if (holder.type === "array") {
			const index = indexOf(holder.items.length, key);
			if (index < 0 || index > holder.items.length) throw new Error("index for array insertion out of bounds");
			return array(holder.items.toSpliced(index, 0, value));
		}
		if (holder.type !== "set") throw new Error(`expected composite type, found value of type ${holder.type}`);
		if (compareValues(key, value) === 0) return set([...holder.items, value]);
		throw new Error(`set key ${printValue(key)} does not equal value to be inserted`);
	});
}

function remove(document: RegoValue | undefined, path: Path): RegoValue | undefined {
	if (document === undefined) throw new Error("deleted node encountered during delete operation");
	if (path.length === 0) return undefined;
	return changeAt(document, path, (holder, key) => {
		if (holder.type === "array") {
			const index = indexOf(holder.items.length, key);
			if (index < 0 || index >= holder.items.length) throw new Error("index for array delete out of bounds");
			return array(holder.items.toSpliced(index, 1));
		}
		if (memberOf(holder, key) === undefined) {
			throw new Error(`cannot delete child key ${printValue(key)} that does not exist`);
		}
		if (holder.type !== "object") return set(withoutItem(holder, key));
		return object(holder.members.filter(([other]) => compareValues(other, key) !== 0));
	});
}

function withoutItem(value: RegoValue, key: RegoValue): RegoValue[] {
	return "items" in value ? value.items.filter((item) => compareValues(item, key) !== 0) : [];
}

/** An array's key as a number: `-` is behind its end. */
function indexOf(length: number, key: RegoValue): number {
	if (key.type === "number") {
		if (!/^-?\d+$/.test(key.text)) throw new Error("invalid number type for indexing");
		return Number(key.text);
	}
	if (key.type !== "string") throw new Error("invalid type for indexing");
	if (key.value === "-") return length;
	if (!/^-?\d+$/.test(key.value)) throw new Error("invalid string for indexing");
	if (/^0./.test(key.value)) throw new Error("leading zeros are not allowed in JSON paths");
	return Number(key.value);
}
