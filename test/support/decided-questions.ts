import type { EchoUpstream } from "./echo-upstream.ts";
import { send } from "./http-client.ts";

/** A request to the configuration test/testdata/e2e/proxy-decisions and everything that has to come of it. */
export interface DecidedQuestion {
	readonly what: string;
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly seen: Seen;
}

/** What client and upstream see of one request. */
export interface Seen {
	readonly status: number;
	readonly body: string;
	/** Of the answer, those of its headers that the policy sets. */
	readonly marks: readonly string[];
	/** What the upstream got: the path and the headers that the policy sets or removes; undefined if nothing. */
	readonly upstream?: readonly string[];
}

/** The configuration's Policy `inside`, in full. */
export const decidedInProxy: readonly DecidedQuestion[] = [
	{ what: "an allow", path: "/inside/open", seen: passed("/inside/open") },
	{
		what: "header and query operations",
		path: "/inside/changed?token=abc&size=9&page=1",
		headers: { "x-role": "forged", "x-secret": "hidden" },
		seen: {
			...passed("/inside/changed?size=9&page=2", "x-inside-user: anna", "x-role: replaced"),
			marks: ["x-inside: seen"],
		},
	},
	{
		what: "a denial with status, header and body",
		path: "/inside/teapot",
		seen: { status: 418, body: "only tea\n", marks: ["x-inside-why: tea"] },
	},
	{
		what: "an allow by the data",
		path: "/inside/staff",
		headers: { "x-user": "anna" },
		seen: passed("/inside/staff"),
	},
	{
		what: "a denial by the data",
		path: "/inside/staff",
		headers: { "x-user": "eve" },
		seen: denied("eve is no staff\n"),
	},
	{ what: "a denial made of the data", path: "/inside/price/cake", seen: denied("costs 4\n") },
	{ what: "an undefined decision", path: "/inside/nothing", seen: denied("the policy failed on this request\n") },
	{
		what: "a decision of a wrong type",
		path: "/inside/wrong-type",
		seen: denied("the policy failed on this request\n"),
	},
];

const answerMarks = ["x-inside", "x-inside-why"];
const upstreamMarks = ["x-inside-user", "x-role", "x-secret"];

/** Asks one question while no other request is under way. */
export async function ask(port: number, upstream: EchoUpstream, question: DecidedQuestion): Promise<Seen> {
	upstream.arrivals.length = 0;
	const { path, headers = {} } = question;
	const answer = await send({ port, path, headers });
	const [arrival] = upstream.arrivals.splice(0);
	const seen = { status: answer.status, body: answer.body, marks: marksOf(answer.headers, answerMarks) };
	if (arrival === undefined) return seen;
	return { ...seen, upstream: [arrival.path, ...marksOf(arrival.headers, upstreamMarks)] };
}

function marksOf(
	headers: ReadonlyMap<string, string | readonly string[]>,
	names: readonly string[],
): readonly string[] {
	return names.flatMap((name) => (headers.has(name) ? [`${name}: ${headers.get(name)}`] : []));
}

function passed(path: string, ...marks: readonly string[]): Seen {
	return { status: 200, body: `echo ${path}`, marks: [], upstream: [path, ...marks] };
}

function denied(body: string): Seen {
	return { status: 403, body, marks: [] };
}
