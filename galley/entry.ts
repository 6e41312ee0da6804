import type { CheckedRule } from "./check-telemetry.ts";
import type { DataSourceDocument } from "./kinds/data-source.ts";
import type { HandlerDocument } from "./kinds/handler.ts";
import type { KindName } from "./kinds/kinds.ts";
import type { PolicyDocument } from "./kinds/policy.ts";
import type { QuotaDocument } from "./kinds/quota.ts";
import type { SettingsDocument } from "./kinds/settings.ts";
import type { TelemetryDocument } from "./kinds/telemetry.ts";
import type { SourceDocument } from "./source-document.ts";

/** A document valid by itself, and where it stands. */
export type Entry =
	| { readonly kind: "Settings"; readonly value: SettingsDocument; readonly source: SourceDocument }
	| { readonly kind: "Policy"; readonly value: PolicyDocument; readonly source: SourceDocument }
	| { readonly kind: "Quota"; readonly value: QuotaDocument; readonly source: SourceDocument }
	| { readonly kind: "Handler"; readonly value: HandlerDocument; readonly source: SourceDocument }
	| { readonly kind: "DataSource"; readonly value: DataSourceDocument; readonly source: SourceDocument }
	| TelemetryEntry;

/** A Telemetry valid by itself, with what it does. */
export interface TelemetryEntry {
	readonly kind: "Telemetry";
	readonly value: TelemetryDocument;
	readonly rules: readonly CheckedRule[];
	readonly source: SourceDocument;
}

/** A Policy valid by itself. */
export type PolicyEntry = Extract<Entry, { kind: "Policy" }>;

/** What a document says it is, known even where something else in it is wrong. */
export interface Identity {
	readonly kind: KindName;
	/** Undefined where the name is missing or wrong. */
	readonly name: string | undefined;
	readonly source: SourceDocument;
}
