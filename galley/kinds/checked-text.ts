import * as z from "zod";
import { showValue } from "../field-path.ts";

/** Text under a rule of ours. */
export interface TextRule {
	/** What `text` must be and is not, such as `must start with "/"`; undefined where it is fine. */
	check(text: string): string | undefined;
	/** What was probably meant; shown only where it passes the check itself. */
	suggest?(text: string): string | undefined;
}

/** Longer text was not mistyped; suggestions may cost the square of the length. */
const MAX_SUGGESTED_LENGTH = 1024;

/** A string schema under `rule`: messages show the value, the rule and a suggestion. */
export function checkedText(rule: TextRule): z.ZodString {
	return z.string().superRefine((text, context) => {
		const fault = rule.check(text);
		if (fault === undefined) return;
		const suggestion = text.length > MAX_SUGGESTED_LENGTH ? undefined : rule.suggest?.(text);
		const works = suggestion !== undefined && suggestion !== text && rule.check(suggestion) === undefined;
		const params = works ? { suggestion } : {};
		context.addIssue({ code: "custom", message: `${showValue(text)} ${fault}`, params });
	});
}
