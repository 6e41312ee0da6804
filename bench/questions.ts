import type { LoadRequest } from "./load/job.ts";

/** A request of the bookstore and what its policy says to it. */
export interface Question {
	readonly method: string;
	readonly path: string;
	readonly role?: "reader" | "librarian";
	readonly status: 200 | 403;
	/** The header x-policy-tier of the answer. */
	readonly tier?: "staff";
}

/** What every variant that decides has to answer before it is measured: a wrong answer costs nothing. */
export const QUESTIONS: readonly Question[] = [
	{ method: "GET", path: "/books", status: 200 },
	{ method: "GET", path: "/books/1", role: "reader", status: 200 },
	{ method: "HEAD", path: "/books/1/reviews", role: "reader", status: 200 },
	{ method: "GET", path: "/books/1?page=2", role: "librarian", status: 200, tier: "staff" },
	{ method: "POST", path: "/books", role: "librarian", status: 200, tier: "staff" },
	{ method: "DELETE", path: "/books/1", role: "librarian", status: 200, tier: "staff" },
	{ method: "DELETE", path: "/books/1", role: "reader", status: 403 },
	{ method: "POST", path: "/books", status: 403 },
	{ method: "GET", path: "/admin", role: "librarian", status: 200, tier: "staff" },
	{ method: "GET", path: "/admin/users", role: "reader", status: 403 },
	{ method: "GET", path: "/admin", status: 403 },
	{ method: "GET", path: "/internal", role: "librarian", status: 403 },
	{ method: "GET", path: "/bookshop", role: "librarian", status: 403 },
	{ method: "OPTIONS", path: "/books", role: "librarian", status: 403 },
];

/** What a browser sends along, so that reading headers costs what it costs. */
const HEADERS = {
	host: "bookstore.example",
	"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
	accept: "application/json, text/plain;q=0.9, */*;q=0.8",
	"accept-language": "en-GB,en;q=0.7,de;q=0.3",
	"accept-encoding": "gzip, deflate, br, zstd",
	cookie: "session=6f1ed002ab5595859014ebf0951522d9; theme=dark",
} as const;

/** The status that each request of the load gets from every variant: only then do they all ask the upstream. */
export const LOAD_STATUS = 200;

const KNOWN_PATHS = ["/books", "/books/1", "/books/2", "/books/2/reviews"];

/** What a load asks. */
export const REQUESTS = {
	/** Decisions can be reused: four paths, two roles. */
	same: loadRequests(KNOWN_PATHS),
	/** Each has a path of its own, and was never asked before. */
	new: loadRequests(["/books/{n}", "/books/{n}/reviews"]),
	/** As `same`; policies/quotas lets these draw on two quotas. */
	drawing: loadRequests(KNOWN_PATHS, { "x-draws": "2" }),
	/** And these on none. */
	undrawn: loadRequests(KNOWN_PATHS, { "x-draws": "0" }),
} as const satisfies Record<string, readonly LoadRequest[]>;

function loadRequests(paths: readonly string[], more: Readonly<Record<string, string>> = {}): readonly LoadRequest[] {
	return paths.flatMap((path) =>
		["reader", "librarian"].map((role) => ({ method: "GET", path, headers: { ...HEADERS, ...more, "x-role": role } })),
	);
}
