import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MAX_SHAPES, RecordShapes, recordOf } from "../../../mixer/report/record-shapes.ts";

describe("record shapes", () => {
	test("make records of their values, each attribute where it belongs", () => {
		const shapes = new RecordShapes();
		const id = shapes.grown(shapes.root, 0, "request.id");
		const both = shapes.grown(id, 3, "response.code");
		assert.equal(shapes.root.next[0], id);
		assert.deepEqual(recordOf(shapes.root, []), {});
		assert.deepEqual(recordOf(both, ["a", 200]), { "request.id": "a", "response.code": 200 });
		assert.deepEqual(recordOf(id, ["b", "of a record before"]), { "request.id": "b" });
	});

	test("know what stands in them twice", () => {
		const shapes = new RecordShapes();
		const id = shapes.grown(shapes.root, 0, "request.id");
		assert.equal(id.isRepeated, false);
		assert.equal(shapes.grown(shapes.grown(id, 3, "response.code"), 0, "request.id").isRepeated, true);
	});

	test("are forgotten all at once where a sender makes up too many", () => {
		const shapes = new RecordShapes();
		const { root } = shapes;
		for (let number = 0; number < MAX_SHAPES; number++) shapes.grown(root, number, "request.id");
		assert.equal(shapes.root, root);
		shapes.grown(root, MAX_SHAPES, "request.id");
		assert.notEqual(shapes.root, root);
		assert.deepEqual(shapes.root.next, []);
	});
});
