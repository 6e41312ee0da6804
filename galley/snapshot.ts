import type { TelemetryRule } from "./telemetry-rule.ts";

/** What to do when a decision can't be had: nothing else is governed by it. */
export type FailureMode = "deny" | "allow";

/** Where a policy runs. `auto` lets the build choose: the proxy if every built-in runs there. */
export type RequestedPlacement = "auto" | "proxy" | "mixer";

/** Which requests or connections a Policy is about. All fields given must match; any target that matches is enough. */
export interface Target {
	/** What is targeted: `tcp` connections, else requests. */
	readonly protocol?: "http" | "tcp";
	/** The port the client connected to: Envoy tells a Wasm filter no listener names. */
	readonly listenerPort?: number;
	/** A host in lower case, or `*.suffix` for every name below it. Compared with request.host. */
	readonly host?: string;
	/** Starts with a slash; matches whole segments of the path without its query: /admin matches /admin/x, not /administrator. */
	readonly pathPrefix?: string;
	/** Envoy's node cluster (--service-cluster). */
	readonly workload?: string;
}

/** The Rego of OPA 1.0 and later, or that before it. */
export type RegoVersion = "v0" | "v1";

export interface Policy {
	readonly name: string;
	/** Absolute path of the folder of Rego and data. */
	readonly bundleDir: string;
	/** The same as written: relative to the configuration's folder. */
	readonly bundle: string;
	/** An OPA entrypoint such as bookstore/authz/decision. */
	readonly entrypoint: string;
	/** Of the bundle's files, where its manifest doesn't say otherwise. */
	readonly regoVersion: RegoVersion;
	/** Never empty; `[{}]` targets every request. */
	readonly targets: readonly Target[];
	readonly mode: "enforce" | "shadow";
	readonly placement: RequestedPlacement;
	/** Whether reads of the whole input include the body, or only those that name a part of it count. */
	readonly body: "named" | "all";
	readonly failureMode: FailureMode;
	readonly deadlineMs: number;
	/** Whether a built-in that fails denies; else it has no value. */
	readonly strictBuiltinErrors: boolean;
	/** Where the document stands, for messages. */
	readonly file: string;
	readonly line: number;
}

export interface HandlerConfig {
	readonly name: string;
	readonly adapter: string;
	/** Absolute path of the file that exports the adapter; left out of one that comes with the Mixer. */
	readonly module?: string;
	/** Already valid by the adapter's own schema. */
	readonly config: unknown;
	/** Whether it gets every record as it is. */
	readonly records: boolean;
	/** What is made of records for it besides: in the order of the Telemetries' names. */
	readonly rules: readonly TelemetryRule[];
	readonly queueRecords: number;
	readonly queueBytes: number;
	readonly timeoutMs: number;
	readonly file: string;
	readonly line: number;
}

/** Data of policies that are kept elsewhere. */
export interface DataSourceConfig {
	readonly name: string;
	/** The word of a known adapter, or the file or package that exports one. */
	readonly adapter: string;
	/** Already valid by the adapter's own schema. */
	readonly config: unknown;
	/** Where they stand below `data`; never empty. */
	readonly path: readonly string[];
	readonly refreshMs: number;
	readonly timeoutMs: number;
	readonly maxBytes: number;
	readonly expireAfterMs: number;
	/** What policies go by once they were not confirmed for so long. */
	readonly onExpired: "keep" | "empty" | "deny";
	readonly file: string;
	readonly line: number;
}

/** What policies in the Mixer may do with http.send and net.lookup_ip_addr. */
export interface HttpSendSettings {
	/** Names and addresses in lower case, each with a port or for 80 and 443; `*.suffix` for every name below. */
	readonly hosts: readonly string[];
	/** Of one request at most, and where the policy doesn't say. */
	readonly timeoutMs: number;
	/** Of a body at most. */
	readonly responseBytes: number;
	/** Of the responses that a policy worker keeps; 0 keeps none. */
	readonly cacheBytes: number;
}

/** A value of a quota's key. */
export type QuotaKeyValue = string | number | boolean;

export interface Quota {
	readonly name: string;
	/** How much each key has in a window. */
	readonly limit: number;
	readonly windowMs: number;
	readonly algorithm: "fixed" | "rolling" | "gcra";
	/** With gcra only, and always there. */
	readonly burst?: number;
	/** No key twice. */
	readonly overrides: readonly {
		readonly key: readonly QuotaKeyValue[];
		readonly limit: number;
		readonly burst?: number;
	}[];
	readonly failureMode: FailureMode;
	/** With failureMode allow only, and always there: what each Envoy lets pass of a key in a window. */
	readonly localLimit?: number;
	/** `memory` or the name of one of the Settings' quotaStores. */
	readonly store: string;
	readonly mode: "enforce" | "shadow";
	readonly charge: {
		readonly at: "request" | "response" | "settle";
		/** `response.size` or `response.headers.NAME`; always there unless `at` is request. */
		readonly amount?: string;
		/** A response whose code is not below it costs nothing. */
		readonly codeBelow?: number;
	};
	readonly file: string;
	readonly line: number;
}

/** A store of quotas beside memory. All paths are absolute. */
export interface QuotaStore {
	readonly name: string;
	readonly redis: {
		/** host:port; one unless `cluster`. */
		readonly addresses: readonly string[];
		readonly cluster: boolean;
		readonly tls?: {
			readonly caFile?: string;
			readonly certFile?: string;
			readonly keyFile?: string;
			readonly serverName?: string;
		};
		readonly username?: string;
		/** At most one of the two; the password itself is in no snapshot. */
		readonly passwordFile?: string;
		readonly passwordEnv?: string;
		/** What all keys begin with; has no braces. */
		readonly prefix: string;
		readonly connectTimeoutMs: number;
		/** Of one answer. */
		readonly timeoutMs: number;
	};
}

export interface Settings {
	/** What happens to a request that no enforcing Policy targets. */
	readonly default: "deny" | "allow";
	readonly limits: {
		/** Without a request's body. */
		readonly inputBytes: number;
		/** Of a request's body that policies read. */
		readonly bodyBytes: number;
		readonly bodyTimeoutMs: number;
		readonly inputDepth: number;
		readonly inputKeys: number;
		readonly numberDigits: number;
		/** Work of one evaluation in the proxy: functions entered and rounds of loops. */
		readonly fuel: number;
		/** Memory of one evaluation in the proxy beside the data, in pages of 64 KiB. */
		readonly policyPages: number;
		readonly proxyDataBytes: number;
	};
	/** Absolute path of a FileDescriptorSet; undefined where gRPC messages are not read. */
	readonly protoDescriptors?: string;
	/** The decisions that each of Envoy's workers keeps. */
	readonly cache: {
		/** 0 keeps none. */
		readonly entries: number;
		readonly bytes: number;
		/** Of a decision that has no `ttl` of its own. */
		readonly ttlMs: number;
		/** The most for a denial. */
		readonly denialTtlMs: number;
	};
	readonly redaction: { readonly headers: readonly string[]; readonly queryParameters: readonly string[] };
	readonly quotaStores: readonly QuotaStore[];
	/** Whether allowed responses carry the decision's id, as denials always do. */
	readonly decisionIdInResponses: boolean;
	/** Whether allowed responses say what is left of the quotas they drew on, as denials by a quota always do. */
	readonly rateLimitInResponses: boolean;
	readonly tracing: {
		/** From 0, where no trace begins here, to 1: the share that is recorded where no caller has decided. */
		readonly sampling: number;
		/** Whether a trace that a caller began goes on. */
		readonly trustCallers: boolean;
	};
	readonly mixer: {
		/** The name of the Mixer's cluster in Envoy's configuration. */
		readonly cluster: string;
		readonly policyWorkers: number;
		/** Checks waiting for a policy worker; one more is answered unavailable. */
		readonly queuedChecks: number;
		readonly graceMs: number;
		/** How long a VM may run another revision than the one in force before it is warned of. */
		readonly staleAfterMs: number;
	};
	readonly httpSend: HttpSendSettings;
	readonly ports: {
		readonly listener: number;
		readonly envoyAdmin: number;
		readonly mixer: number;
		readonly discovery: number;
		readonly admin: number;
	};
	/** Left out: none. */
	readonly tls?: TlsSettings;
}

/** Mutual TLS on the Mixer's and the discovery port. */
export interface TlsSettings {
	/** Absolute paths of PEM files. */
	readonly certificate: string;
	readonly key: string;
	readonly clientAuthorities: string;
	/** Left out: every proxy with a certificate of the authorities. */
	readonly proxies?: readonly {
		readonly identity: string;
		readonly nodes?: readonly string[];
		readonly may: readonly ("check" | "report" | "discover")[];
		/** Names of Quotas; left out: all. */
		readonly quotas?: readonly string[];
	}[];
}

/** Everything a person wrote, valid, defaulted and frozen. */
export interface Snapshot {
	/** Absolute path of the configuration's folder. */
	readonly dir: string;
	readonly settings: Settings;
	/** In the order of their names. */
	readonly policies: readonly Policy[];
	readonly quotas: readonly Quota[];
	readonly handlers: readonly HandlerConfig[];
	readonly dataSources: readonly DataSourceConfig[];
}
