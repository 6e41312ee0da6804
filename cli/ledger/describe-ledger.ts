import { escapeControls } from "../../mixer/adapters/escape.ts";
import type { LedgerView } from "../../mixer/ledger/whole-ledger.ts";
import { formatTable } from "../revisions/table.ts";

const SENDER_COLUMNS = [
	{ title: "PROXY" },
	{ title: "VM", isNumber: true },
	...["SENT", "RECEIVED", "ELSEWHERE", "DROPPED", "PENDING", "LOST"].map((title) => ({ title, isNumber: true })),
];
const HANDLER_COLUMNS = [
	{ title: "HANDLER" },
	...["RECEIVED", "DELIVERED", "DROPPED", "PENDING"].map((title) => ({ title, isNumber: true })),
];

/** What became of every record, for a person: the proxies' VMs, the Mixer, its handlers, and whether the sums agree. */
export function describeLedger(ledger: LedgerView): string {
	return [senders(ledger), mixerLine(ledger), handlers(ledger), ...reasons(ledger), verdict(ledger)].join("");
}

function senders({ proxies, earlier }: LedgerView): string {
	const named = proxies.map((row) => ({ ...row, name: shown(row.proxy), number: String(row.vm ?? "ended") }));
	const rows = [...named, ...(earlier === null ? [] : [{ ...earlier, name: "(earlier)", number: "ended" }])];
	if (rows.length === 0) return "no proxy has reported\n";
	return formatTable(
		SENDER_COLUMNS,
		rows.map(({ name, number, sent, received, elsewhere, dropped, pending, lost }) => {
			return [name, number, ...[sent, received, elsewhere, total(dropped), pending, lost].map(String)];
		}),
	);
}

function mixerLine({ mixer }: LedgerView): string {
	return `the Mixer received ${mixer.received}, accepted ${mixer.accepted}, rejected ${total(mixer.rejected)}\n`;
}

function handlers(ledger: LedgerView): string {
	if (ledger.handlers.length === 0) return "no handler is there\n";
	return formatTable(
		HANDLER_COLUMNS,
		ledger.handlers.map(({ handler, received, delivered, dropped, pending }) => {
			return [shown(handler), ...[received, delivered, total(dropped), pending].map(String)];
		}),
	);
}

function reasons({ proxies, mixer, handlers }: LedgerView): string[] {
	const of = (who: string, dropped: Readonly<Record<string, number>>) =>
		Object.entries(dropped)
			.filter(([, records]) => records > 0)
			.map(([reason, records]) => `${who} dropped ${records}: ${shown(reason)}\n`);
	return [
		...proxies.flatMap(({ proxy, vm, dropped }) => of(`proxy ${shown(proxy)}, VM ${vm ?? "ended"}`, dropped)),
		...of("the Mixer", mixer.rejected),
		...handlers.flatMap(({ handler, dropped }) => of(`handler ${shown(handler)}`, dropped)),
	];
}

function verdict({ faults }: LedgerView): string {
	if (faults.length === 0) return "the sums agree\n";
	return `the sums do not agree:\n${faults.map((fault) => `  ${shown(fault)}\n`).join("")}`;
}

function total(amounts: Readonly<Record<string, number>>): number {
	return Object.values(amounts).reduce((sum, amount) => sum + amount, 0);
}

function shown(text: string): string {
	return escapeControls(text);
}
