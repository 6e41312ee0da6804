import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import test, { type TestContext } from "node:test";
import { wrongAnswers } from "../../bench/check-answers.ts";
import { QUESTIONS } from "../../bench/questions.ts";

interface Answer {
	readonly status: number;
	readonly tier?: string;
}

/** The port of a server that answers as a function says. */
async function serve(context: TestContext, answer: (request: IncomingMessage) => Answer): Promise<number> {
	const server = createServer((request, response) => {
		const { status, tier } = answer(request);
		response.writeHead(status, tier === undefined ? {} : { "x-policy-tier": tier }).end();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	context.after(() => server.close());
	const address = server.address();
	assert.ok(address !== null && typeof address === "object");
	return address.port;
}

/** What the policy says. */
function right({ method, url, headers }: IncomingMessage): Answer {
	const question = QUESTIONS.find((one) => one.method === method && one.path === url && one.role === headers["x-role"]);
	return question ?? { status: 500 };
}

test("a variant that decides as the policy has no wrong answer", async (context) => {
	const port = await serve(context, right);
	assert.deepEqual(await wrongAnswers(port, "decision"), []);
	assert.deepEqual(await wrongAnswers(port, "status"), []);
});

test("a variant that lets everything through is right only where that is its job", async (context) => {
	const port = await serve(context, () => ({ status: 200 }));
	assert.deepEqual(await wrongAnswers(port, "nothing"), []);
	assert.deepEqual(await wrongAnswers(port, "status"), [
		"DELETE /books/1 as reader: 200, expected 403",
		"POST /books as visitor: 200, expected 403",
		"GET /admin/users as reader: 200, expected 403",
		"GET /admin as visitor: 200, expected 403",
		"GET /internal as librarian: 200, expected 403",
		"GET /bookshop as librarian: 200, expected 403",
		"OPTIONS /books as librarian: 200, expected 403",
	]);
});

test("a header that the decision adds is looked at as well", async (context) => {
	const port = await serve(context, (request) => ({ status: right(request).status }));
	assert.deepEqual(await wrongAnswers(port, "status"), []);
	assert.deepEqual(await wrongAnswers(port, "decision"), [
		"GET /books/1?page=2 as librarian: 200, expected 200 with x-policy-tier staff",
		"POST /books as librarian: 200, expected 200 with x-policy-tier staff",
		"DELETE /books/1 as librarian: 200, expected 200 with x-policy-tier staff",
		"GET /admin as librarian: 200, expected 200 with x-policy-tier staff",
	]);
});
