import { basename, dirname } from "node:path";
import { formatMessage } from "../../galley/message.ts";
import { parseDocuments } from "../../galley/parse-documents.ts";
import type { SourceDocument } from "../../galley/source-document.ts";
import { readSourceFile } from "../../galley/source-files.ts";
import { MixerError } from "../../mixer/error.ts";

/**
 * Reads OPA's configuration file, YAML or JSON.
 *
 * @throws MixerError "invalid" where it cannot be read or is something else.
 */
export async function readOpaConfig(path: string): Promise<SourceDocument> {
	const file = await readSourceFile(dirname(path), basename(path));
	if ("level" in file) throw new MixerError("invalid", formatMessage({ ...file, file: path }));
	const { documents, messages } = parseDocuments({ file: path, text: file.text });
	if (messages.length > 0) throw new MixerError("invalid", messages.map(formatMessage).join("\n"));
	const [document, ...more] = documents;
	if (document === undefined) throw new MixerError("invalid", `${path}: holds no configuration`);
	const kind: unknown = isObject(document.value) ? Reflect.get(document.value, "kind") : undefined;
	if (typeof kind === "string") {
		const text =
			"is a document of Kubernetes: write the file that OPA reads, which a ConfigMap has under data, into one of its own";
		throw new MixerError("invalid", `${path}: ${text}`);
	}
	if (more.length > 0)
		throw new MixerError("invalid", `${path}: holds ${documents.length} documents, and OPA reads one`);
	if (!isObject(document.value))
		throw new MixerError("invalid", `${path}: must be a mapping, as OPA's configuration is`);
	return document;
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
