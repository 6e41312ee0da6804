import type { LoadRequest } from "./job.ts";

/** A function that gives the bytes of the next request, the job's requests in turn, {n} replaced by the next number. */
export function requestTexts(job: {
	readonly requests: readonly LoadRequest[];
	readonly firstNumber: number;
}): () => string {
	const parts = job.requests.map((request) => requestText(request).split("{n}"));
	let number = job.firstNumber;
	let turn = 0;
	return () => {
		const text = parts[turn] ?? [];
		turn = turn + 1 === parts.length ? 0 : turn + 1;
		return text.length === 1 ? (text[0] ?? "") : text.join(String(number++));
	};
}

/** A request as it goes over the wire. */
export function requestText({ method, path, headers }: LoadRequest): string {
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}
