import type { AbsentInput, Attribute, InputLeaf, Source, Vocabulary } from "./generate-vocabulary.ts";

/** docs/attributes.md: the vocabulary for people. */
export function renderDocs({ attributes, leaves, absent }: Vocabulary): string {
	const named = new Set<Attribute>(attributes.filter(({ when }) => when === "request"));
	const plugin = leaves.filter(({ path, attribute }) => !named.has(attribute) || path.join(".") !== attribute.name);
	return `# Attributes

<!-- Made from mixer/api/attributes.yaml by mixer/api/generate.ts: change that instead. -->

An attribute is a named, typed value that describes a request. Policies read attributes below \`input\`; records
carry them to handlers under the same names. The filter takes only those that a policy or a handler uses.

An attribute that a request doesn't have is absent: no key in the input document, no field in the record.

## For policies and records

Known when the request's headers are. A policy reads \`request.method\` as \`input.request.method\`.

${table(attributes.filter(({ when }) => when === "request"))}

## For records only

Known when the request is over. A policy that reads one of these is refused when it is built.

${table(attributes.filter(({ when }) => when === "log"))}

## The input document of OPA's Envoy plugin

The same values under the names that policies for [opa-envoy-plugin](https://www.openpolicyagent.org/docs/envoy) use,
so that these run as they are. The last column says where a value differs from what the plugin (1.19) gets through
Envoy's ext_authz. A policy that reads what is absent is refused when it is built. [input.md](input.md) says more.

| path | type | value | beside the plugin |
|---|---|---|---|
${plugin.map(pluginRow).join("\n")}
${absent.map(absentRow).join("\n")}

## Types

| type | in the input document | in a record (TypeScript) |
|---|---|---|
| string | string | \`string\` |
| int64 | number | \`number\` |
| double | number | \`number\` |
| bool | boolean | \`boolean\` |
| bytes | string, base64 | \`Uint8Array\` |
| ip | string, as in RFC 5952 | \`string\` |
| timestamp | string, RFC 3339 in UTC with up to nine decimals | \`bigint\`, nanoseconds since 1970 |
| duration | number, nanoseconds | \`number\`, nanoseconds |
| string_map | object of strings | \`ReadonlyMap<string, string>\` |
| string_list | array of strings | \`readonly string[]\` |
| string_list_map | object of arrays of strings | \`ReadonlyMap<string, readonly string[]>\` |
| json | any JSON value, keys in byte order | never in a record |

Bytes that are not UTF-8 become U+FFFD in strings.

## Which path to match

\`request.path_segments\` is the path as servers read it that drop \`;parameters\` and decode: \`/a/..;/admin\` is
\`["admin"]\`. A segment with an escaped slash stays one segment. Rules that deny by path belong on it.
\`request.url_path\` is the path as it is forwarded, byte for byte. \`parsed_path\` splits at escaped slashes and keeps
parameters and dots, as the plugin does. None of them sees the query.

## Headers and hosts

A repeated header is one string in \`request.headers\`, joined with commas, and a list in \`request.header_values\`; an
empty value counts. A rule on a header that callers can send should look at the whole list. \`request.host\` is for
comparing; \`attributes.request.http.host\` is what is forwarded. A request with two hosts, a user in its authority, or
control bytes in authority or path is answered 400 before a policy runs.
`;
}

function table(attributes: readonly Attribute[]): string {
	const rows = attributes.map(
		({ name, type, source, doc }) => `| \`${name}\` | ${type} | ${origin(source)} | ${doc} |`,
	);
	return ["| name | type | from | meaning |", "|---|---|---|---|", ...rows].join("\n");
}

function pluginRow({ path, attribute, differs }: InputLeaf): string {
	const value = attribute.name.startsWith("input.") ? attribute.doc : `\`${attribute.name}\``;
	return `| \`input.${path.join(".")}\` | ${attribute.type} | ${value} | ${differs === undefined ? "same" : `**different**: ${differs}`} |`;
}

function absentRow({ path, doc }: AbsentInput): string {
	return `| \`input.${path.join(".")}\` | | | **absent**: ${doc} |`;
}

function origin({ kind, name }: Source): string {
	switch (kind) {
		case "header":
			return `header \`${name}\``;
		case "property":
			return `Envoy's \`${name}\``;
		case "filter":
			return "the filter";
	}
}
