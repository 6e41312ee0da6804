/** An adapter that breaks one promise, and what the suite says of it. */
export interface BrokenAdapter {
	/** The case that notices. */
	readonly case: string;
	readonly how: string;
	/** The rest of `export default { ...sound, `. */
	readonly code: string;
	readonly says: string;
	/** The bound of a case that never ends by itself. */
	readonly maxCaseMs?: number;
	/** Stands before the export. */
	readonly before?: string;
}

/** A handler that is sound but for its handle, which can use `real` and `env`. */
const handle = (body: string) => `build: (config, env) => {
	const real = soundHandler(config, env);
	return { ...real, async handle(batch) { ${body} } };
}`;

export const brokenAdapters: readonly BrokenAdapter[] = [
	{ case: "config", how: "builds nothing", code: "build: () => undefined", says: "build gives no handler" },
	{ case: "config", how: "cannot be built", code: 'build() { throw new Error("no"); }', says: "it throws: no" },
	{
		...{ case: "attributes", how: "names an attribute that no record has" },
		...{ code: 'attributes: () => ["request.hots"]', says: 'attributes names "request.hots"' },
	},
	{
		...{ case: "unknown-settings", how: "has a schema that is open" },
		code: 'configSchema: { type: "object", properties: { url: { type: "string" } } }',
		says: "an unknown setting is accepted",
	},
	{
		...{ case: "wrong-settings", how: "takes whatever it is configured with" },
		...{ code: 'configSchema: { type: "object", properties: { url: {} }, additionalProperties: false }' },
		says: '{"url":5} is accepted',
	},
	{
		...{ case: "secrets", how: "logs a secret" },
		code: handle('env.logger.warn({ token: env.environment.TOKEN }, "failed"); return real.handle(batch);'),
		says: "a secret of the environment stands in a log line or an error",
	},
	{
		...{ case: "secrets", how: "throws a secret" },
		code: handle('throw new Error("no luck with " + env.environment.TOKEN);'),
		says: "a secret of the environment stands in a log line or an error",
	},
	{
		...{ case: "records", how: "delivers nothing" },
		code: handle('return "delivered";'),
		says: 'handle answers "delivered" for 1 record, and nothing has reached the backend',
	},
	{
		...{ case: "records", how: "rejects what is good" },
		code: handle('return { rejected: "mood" };'),
		says: 'handle answers {"rejected":"mood"} for 1 record, though the backend is sound',
	},
	{
		...{ case: "metrics", how: "answers with a list of another length" },
		code: handle('await real.handle(batch); return ["delivered"];'),
		says: "handle answers with a list of 1 for 500 items",
	},
	{
		...{ case: "logs", how: "answers something else" },
		...{ code: handle('return "ok";'), says: 'handle answers "ok"' },
	},
	{
		...{ case: "logs", how: "makes a sentence of its reason" },
		code: handle('return { rejected: "x".repeat(100) };'),
		says: `handle rejects with the reason "${"x".repeat(79)}…`,
	},
	{
		...{ case: "hostile-records", how: "throws at a lone surrogate" },
		code: handle(
			'for (const item of batch.items) encodeURIComponent(item["request.id"] ?? ""); return real.handle(batch);',
		),
		says: "it throws: URI malformed",
	},
	{
		...{ case: "hostile-metrics", how: "asks for what it can't write again and again" },
		code: handle('return batch.items.map(({ labels }) => (labels[0].includes("\\n") ? "retry" : "delivered"));'),
		says: 'handle answers "retry" for values of a kind that will come again the same',
	},
	{
		...{ case: "hostile-logs", how: "throws where nobody catches" },
		code: handle(
			'if (batch.items.length > 1) setImmediate(() => { throw new Error("no"); }); return new Promise(() => {});',
		),
		says: "the thread was blocked, or ended by an error that nobody caught",
	},
	{
		...{ case: "hostile-logs", how: "never ends" },
		...{ code: handle("for (;;) {}"), maxCaseMs: 3000 },
		says: "the thread was blocked, or ended by an error that nobody caught",
	},
	{
		...{ case: "spans", how: "takes them for something else" },
		code: handle('return batch.signal === "span" ? { rejected: "unknown" } : real.handle(batch);'),
		says: 'handle answers {"rejected":"unknown"} for 1 span, though the backend is sound',
	},
	{
		...{ case: "hostile-spans", how: "asks for what it can't write again and again" },
		code: handle('return batch.items.map(({ name }) => (name.includes("\\n") ? "retry" : "delivered"));'),
		says: 'handle answers "retry" for values of a kind that will come again the same',
	},
	{
		...{ case: "exposes", how: "shows no metric" },
		...{ code: "exposes: true", says: "conformance_total is not in env.metrics" },
	},
	{
		...{ case: "twice", how: "shares what it closes" },
		before: "let isOpen = true;",
		code: `build: (config, env) => {
	const real = soundHandler(config, env);
	return {
		...real,
		handle: (batch) => { if (!isOpen) throw new Error("closed"); return real.handle(batch); },
		async close() { isOpen = false; },
	};
}`,
		says: "it throws: closed",
	},
	{
		...{ case: "failing", how: "takes any answer for a yes" },
		code: handle('await real.handle(batch); return "delivered";'),
		says: 'handle answers "delivered" though the backend is failing',
	},
	{
		...{ case: "failing", how: "never tries again" },
		before: "let hasFailed = false;",
		code: handle(
			'if (hasFailed) return "retry"; const result = await real.handle(batch); hasFailed = result === "retry"; return result;',
		),
		says: 'handle answers "retry" for the same records when the backend is back, though the backend is sound',
	},
	{
		...{ case: "gone", how: "rejects what nobody has answered" },
		code: handle('return real.handle(batch).catch(() => ({ rejected: "down" }));'),
		says: 'handle answers {"rejected":"down"} though the backend is gone',
	},
	{
		...{ case: "refusing", how: "tries for ever" },
		code: handle('const result = await real.handle(batch); if (result.rejected) throw new Error("no"); return result;'),
		says: "handle throws though the backend will never take the records",
	},
	{
		...{ case: "partial", how: "overlooks an item" },
		code: handle('await real.handle(batch); return "delivered";'),
		says: 'handle answers "delivered" for 3 records of which the backend refused one',
	},
	{
		...{ case: "slow", how: "does not wait" },
		code: handle('real.handle(batch).catch(() => {}); return "delivered";'),
		says: 'handle answers "delivered" before the backend has answered',
	},
	{
		...{ case: "slow", how: "sends later" },
		code: handle("await new Promise((resolve) => setTimeout(resolve, 600_000).unref());"),
		says: "nothing has reached the backend within 5 s",
	},
	{
		...{ case: "aborted", how: "does not give up" },
		code: "build: (config) => soundHandler(config, { signal: new AbortController().signal })",
		says: "handle, once env.signal has aborted, takes more than 5 s",
	},
	{
		...{ case: "memory", how: "keeps what it has delivered" },
		before: "const kept = [];",
		code: handle("kept.push(batch); return real.handle(batch);"),
		says: "MiB more are held after 20 batches",
	},
	{
		...{ case: "memory-failing", how: "keeps what it has not delivered" },
		before: "const kept = [];",
		code: handle('const result = await real.handle(batch); if (result === "retry") kept.push(batch); return result;'),
		says: "MiB more are held after 20 batches",
	},
	{
		...{ case: "ends", how: "leaves a timer" },
		code: "build: (config, env) => { setInterval(() => {}, 1000); return soundHandler(config, env); }",
		says: "something keeps the process after close (Timeout)",
	},
	{
		...{ case: "ends-aborted", how: "leaves a timer when it is stopped" },
		code: handle(`const timer = setInterval(() => {}, 1000);
		const result = await real.handle(batch); clearInterval(timer); return result;`),
		says: "something keeps the process after close (Timeout)",
	},
];
