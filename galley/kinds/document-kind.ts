import * as z from "zod";
import { checkedText } from "./checked-text.ts";
import { documentName } from "./names.ts";

/** The only version there is. */
export const API_VERSION = "sluice.dev/v1alpha1";

/** The fields all kinds share. */
export const metadataSchema = z.strictObject({
	name: checkedText(documentName).describe("Unique among the documents of its kind; a DNS label."),
});

/** The schema of a whole document of one kind. */
export function documentSchema<Spec extends z.ZodType>(kind: string, spec: Spec) {
	return z.strictObject({
		apiVersion: z.literal(API_VERSION).describe("Which version of these fields the document is written in."),
		kind: z.literal(kind).describe("What the document is."),
		metadata: metadataSchema.describe("What the document is called."),
		spec,
	});
}
