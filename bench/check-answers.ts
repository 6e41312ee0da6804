import { request } from "node:http";
import { QUESTIONS, type Question } from "./questions.ts";

/** How much of the policy a variant can express: nothing, who may do what, or the answer's headers as well. */
export type Expresses = "nothing" | "status" | "decision";

/** Longest wait for one answer, in milliseconds. */
const TIMEOUT_MS = 5000;

/** Asks every question and returns what is wrong with the answers, a line each. */
export async function wrongAnswers(port: number, expresses: Expresses): Promise<readonly string[]> {
	const lines: string[] = [];
	for (const question of QUESTIONS) {
		const answer = await ask(port, question);
		const expected = expectedAnswer(question, expresses);
		if (answer.status !== expected.status || (expresses === "decision" && answer.tier !== expected.tier)) {
			lines.push(`${describe(question)}: ${show(answer)}, expected ${show(expected)}`);
		}
	}
	return lines;
}

interface Answer {
	readonly status: number;
	readonly tier: string | undefined;
}

function expectedAnswer(question: Question, expresses: Expresses): Answer {
	if (expresses === "nothing") return { status: 200, tier: undefined };
	return { status: question.status, tier: expresses === "decision" ? question.tier : undefined };
}

function ask(port: number, { method, path, role }: Question): Promise<Answer> {
	const headers = { host: "bookstore.example", ...(role && { "x-role": role }) };
	const signal = AbortSignal.timeout(TIMEOUT_MS);
	return new Promise((resolve, reject) => {
		const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false, signal }, (response) => {
			const tier = response.headers["x-policy-tier"];
			response.resume();
			response.once("error", reject);
			response.once("end", () => resolve({ status: response.statusCode ?? 0, tier: tier?.toString() }));
		});
		sent.once("error", reject);
		sent.end();
	});
}

function describe({ method, path, role }: Question): string {
	return `${method} ${path} as ${role ?? "visitor"}`;
}

function show({ status, tier }: Answer): string {
	return tier === undefined ? String(status) : `${status} with x-policy-tier ${tier}`;
}
