import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { list } from "../../../mixer/data-sources/list.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { ListServer } from "./list-server.ts";
import { patient, sourceEnv } from "./source-env.ts";

const SECRET = "s3cr3t-key";

async function sourceAt(server: ListServer, config: object = {}, maxBytes = 1000) {
	const dir = await temporaryFolder();
	await writeFile(join(dir, "ca.pem"), server.authority);
	await writeFile(join(dir, "key"), `${SECRET}\n`);
	const settings = { entries: "strings", url: `${server.url}?key=${SECRET}`, authorities: "ca.pem", ...config };
	return list.build(settings, sourceEnv({ dir, maxBytes, environment: { LIST_KEY: SECRET } }));
}

describe("a list behind HTTPS", () => {
	for (const validator of ["etag", "last-modified"] as const) {
		test(`is not sent again while its ${validator} is the same`, async (t) => {
			const server = await ListServer.start(t);
			server.validator = validator;
			const source = await sourceAt(server);
			const first = await source.read(undefined, patient);
			assert.ok(first !== "unchanged");
			assert.equal(first.document, '{"ann":true}');
			assert.equal(await source.read(first.tag, patient), "unchanged");
			server.content = "ann\nbob\n";
			server.modified = "Tue, 02 Jan 2024 00:00:00 GMT";
			const second = await source.read(first.tag, patient);
			assert.ok(second !== "unchanged");
			assert.equal(second.document, '{"ann":true,"bob":true}');
			assert.notEqual(second.tag, first.tag);
		});
	}

	test("gets headers from the environment and from files, and another host does not", async (t) => {
		const [server, other] = [await ListServer.start(t), await ListServer.start(t, { tls: false })];
		const headers = { authorization: { env: "LIST_KEY" }, "x-key": { file: "key" } };
		const source = await sourceAt(server, { headers });
		await source.read(undefined, patient);
		assert.deepEqual(
			[server.requests[0]?.headers.authorization, server.requests[0]?.headers["x-key"]],
			[SECRET, SECRET],
		);
		server.location = other.url;
		await source.read(undefined, patient);
		assert.equal(other.requests.length, 1);
		assert.deepEqual(
			[other.requests[0]?.headers.authorization, other.requests[0]?.headers["x-key"]],
			[undefined, undefined],
		);
	});

	test("is not believed by a certificate that nobody known has signed", async (t) => {
		const server = await ListServer.start(t);
		const source = await list.build({ entries: "strings", url: server.url }, sourceEnv());
		await assert.rejects(source.read(undefined, patient), {
			code: "unavailable",
			message: /^https:.*\/list\.txt: .*certificate/,
		});
		assert.equal(server.requests.length, 0);
	});

	for (const { what, change, config = {}, message } of [
		{ what: "an answer that is no document", change: { content: undefined }, message: "answers 500" },
		{
			what: "more bytes than there may be",
			change: { content: "x".repeat(1001) },
			message: "is over 1000 bytes (spec.maxBytes)",
		},
		{
			what: "a line that is wrong",
			change: { content: "ann\nb\tb\n" },
			message: '2: "b\\tb" has a control character in it',
		},
		{
			what: "redirects without an end",
			change: { location: "/list.txt" },
			message: "leads elsewhere more than 5 times",
		},
		{
			what: "a redirect to another machine without TLS",
			change: { location: "http://list.example/l?token=1" },
			message: "http://list.example/l is not https: with spec.config.allowHttp: true it is used all the same",
		},
		{
			what: "a header whose variable is not set",
			change: {},
			config: { headers: { "x-key": { env: "NONE" } } },
			message: "config.headers.x-key.env: there is no environment variable NONE",
		},
		{
			what: "authorities that are not there",
			change: {},
			config: { authorities: "none.pem" },
			message: /^config\.authorities: none\.pem cannot be read: /,
		},
	]) {
		test(`${what} is a failure that names the URL without its secrets`, async (t) => {
			const server = await ListServer.start(t);
			Object.assign(server, change);
			const source = await sourceAt(server, config);
			await assert.rejects(source.read(undefined, patient), (error: Error) => {
				const [, said = ""] = /^https:\/\/localhost:\d+\/list\.txt: ?(.*)$/s.exec(error.message) ?? [];
				if (typeof message === "string") assert.equal(said, message);
				else assert.match(said, message);
				assert.ok(!error.message.includes(SECRET));
				return true;
			});
		});
	}

	test("is given up when it is late", async (t) => {
		const server = await ListServer.start(t);
		server.isHanging = true;
		const source = await sourceAt(server);
		const stop = new AbortController();
		const reading = source.read(undefined, stop.signal);
		reading.catch(() => undefined);
		stop.abort();
		await assert.rejects(reading, { message: /: no answer in time$/ });
	});
});

test("plain HTTP is used with this machine", async (t) => {
	const server = await ListServer.start(t, { tls: false });
	const source = await list.build({ entries: "strings", url: server.url }, sourceEnv());
	assert.notEqual(await source.read(undefined, patient), "unchanged");
});
