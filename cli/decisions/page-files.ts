import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AdminRoute } from "../../mixer/observe/admin-route.ts";

const FOLDER = join(import.meta.dirname, "../../mixer/decisions/page");

/** What the page is made of, by the path at which it is served. */
const FILES: Readonly<Record<string, string>> = {
	"/": "index.html",
	"/decisions/page.css": "page.css",
	"/decisions/icon.svg": "icon.svg",
	"/decisions/page.js": "page.js",
	"/decisions/event-stream.js": "event-stream.js",
	"/decisions/decision-table.js": "decision-table.js",
	"/decisions/decision-filter.js": "decision-filter.js",
	"/decisions/record-dialog.js": "record-dialog.js",
	"/decisions/overview.js": "overview.js",
	"/decisions/second-chart.js": "second-chart.js",
	"/decisions/announcer.js": "announcer.js",
	"/decisions/format.js": "format.js",
};

const TYPES: Readonly<Record<string, string>> = {
	html: "text/html; charset=utf-8",
	css: "text/css; charset=utf-8",
	js: "text/javascript; charset=utf-8",
	svg: "image/svg+xml",
};

/** Nothing from elsewhere, nothing inline, and no text of a record is ever taken for HTML. */
const POLICY = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self'",
	"connect-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
	"require-trusted-types-for 'script'",
	"trusted-types 'none'",
].join("; ");

const HEADERS = {
	"content-security-policy": POLICY,
	"x-content-type-options": "nosniff",
	"referrer-policy": "no-referrer",
	"cross-origin-resource-policy": "same-origin",
	"cross-origin-opener-policy": "same-origin",
};

/** The page's own files: they hold nothing of anybody, so everyone may have them. */
export function pageFiles(): readonly AdminRoute[] {
	return Object.entries(FILES).map(([path, file]) => {
		const type = TYPES[file.slice(file.lastIndexOf(".") + 1)] ?? "text/plain";
		const body = readFileSync(join(FOLDER, file), "utf8");
		return { method: "GET", path, handle: () => ({ status: 200, type, headers: HEADERS, body }) };
	});
}
