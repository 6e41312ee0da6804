/** A field of OPA's configuration file, and what becomes of it here. */
export interface OpaField {
	/** Where it has no counterpart: what to do, or why nothing is to be done. */
	readonly instead?: string;
	/** Whether something is to be done: then it is a warning. */
	readonly needsCare?: boolean;
	/** The fields below it. Without these and without `each` anything may stand there. */
	readonly fields?: Readonly<Record<string, OpaField>>;
	/** What stands below names of people's own, or in a list. */
	readonly each?: OpaField;
}

/** Nothing is lost where it is left out: what it was for is gone, or what it says is so anyway. */
function gone(instead: string, below: Pick<OpaField, "fields" | "each"> = {}): OpaField {
	return { instead, ...below };
}

/** Somebody relied on it. */
function care(instead: string, below: Pick<OpaField, "fields" | "each"> = {}): OpaField {
	return { instead, needsCare: true, ...below };
}

/** Told of with what it stands in. */
const part: OpaField = {};

function parts(...names: readonly string[]): Readonly<Record<string, OpaField>> {
	return Object.fromEntries(names.map((name) => [name, part]));
}

const signing: OpaField = care(
	"no signature is checked here: check it before an import, by opa build --bundle with --verification-key",
	{ fields: parts("keyid", "scope", "exclude_files", "allow_unsigned_delta_bundles", "publickeys") },
);

const polling: OpaField = { fields: parts("min_delay_seconds", "max_delay_seconds", "long_polling_timeout_seconds") };

const downloaded =
	"nothing is downloaded here: fetch the bundle where you deploy and import it again, or keep the written folder under version control";

const oneBundle: OpaField = {
	fields: {
		...parts("name", "prefix", "service", "resource", "persist", "size_limit_bytes", "trigger"),
		...parts("superseded_etag_ttl_seconds"),
		polling,
		signing,
	},
};

const service: OpaField = {
	fields: {
		...parts("name", "url", "headers", "allow_insecure_tls", "response_header_timeout_seconds", "tls", "type"),
		...parts("authentication_plugin", "credentials"),
	},
};

const decisionLogs: OpaField = {
	fields: {
		console: part,
		service: care(
			"records go to Handlers here: jsonlog with a file that your log shipper reads has one JSON object a request",
		),
		plugin: care("write an adapter for it (docs/adapters.md); records are handed to it in batches"),
		partition_name: gone("it is part of the service's address"),
		resource: gone("it is part of the service's address"),
		reporting: gone("a Handler has a bounded queue of its own, spec.queue, and sends by itself", {
			fields: {
				...parts("buffer_type", "buffer_size_limit_bytes", "buffer_size_limit_events", "upload_size_limit_bytes"),
				...parts("min_delay_seconds", "max_delay_seconds", "max_decisions_per_second", "trigger"),
			},
		}),
		request_context: care("name the headers in the Handler's attributes; secrets among them are redacted", {
			fields: { http: { fields: parts("headers") } },
		}),
		mask_decision: care("no mask is evaluated: name what is secret in spec.redaction of Settings"),
		drop_decision: care("no record is dropped by a policy: every request has one"),
		nd_builtin_cache: gone("records hold no answers of built-ins"),
	},
};

const plugin: OpaField = {
	fields: {
		path: part,
		query: part,
		"dry-run": part,
		"proto-descriptor": part,
		"skip-request-body-parse": part,
		addr: gone("there is no server beside Envoy: the policy runs in its filter"),
		"enable-reflection": gone("there is no server beside Envoy"),
		"grpc-max-recv-msg-size": care(
			"a request is bounded by spec.limits of Settings: inputBytes, and bodyBytes for a body that a policy reads",
		),
		"grpc-max-send-msg-size": gone("there is no answer to send"),
		"enable-performance-metrics": gone(
			"Envoy has sluice_evaluation_us and sluice_check_latency_us, always (docs/metrics.md)",
		),
		"grpc-request-duration-seconds-buckets": gone(
			"a histogram's buckets are Envoy's own, stats_config.histogram_bucket_settings",
		),
	},
};

const disk = gone("policies and data are in the filter, or in the memory of the Mixer");

/** The configuration file of OPA 1.22 with opa-envoy-plugin 1.19. */
export const opaConfiguration: OpaField = {
	fields: {
		plugins: { fields: { envoy_ext_authz_grpc: plugin, "envoy.ext_authz.grpc": plugin } },
		decision_logs: decisionLogs,
		services: gone(downloaded, { each: service }),
		bundles: gone(downloaded, { each: oneBundle }),
		bundle: gone(downloaded, oneBundle),
		discovery: care("a configuration is a folder here: discovery has to be resolved before an import", {
			fields: { ...parts("name", "prefix", "decision", "service", "resource", "persist", "trigger"), polling, signing },
		}),
		keys: care("no signature is checked here; what a policy reads of them has to stand in its data", { each: part }),
		labels: care(
			"records have no labels: the Mixer's own are in context.reporter, others are set by your log shipper",
			{
				each: part,
			},
		),
		status: gone("the Mixer's /healthz, /metrics and log say which revision is in force", {
			fields: parts("plugin", "service", "partition_name", "console", "prometheus", "prometheus_config", "trigger"),
		}),
		caching: gone("decisions are cached by spec.cache of Settings", {
			fields: parts("inter_query_builtin_cache", "inter_query_builtin_value_cache"),
		}),
		default_decision: gone("the plugin asks for its own path"),
		default_authorization_decision: gone("there is no API of OPA's to guard"),
		nd_builtin_cache: gone("records hold no answers of built-ins"),
		persistence_directory: disk,
		storage: disk,
		distributed_tracing: care("Envoy's own tracing has the request; a record has trace.id and trace.parent_span_id"),
		metrics_export: care("the Mixer has /metrics, and Envoy its own"),
		server: gone("there is no API of OPA's"),
	},
};
