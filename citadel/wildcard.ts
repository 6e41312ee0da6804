/** Whether a text is as a pattern says, in which `*` stands for any text without a slash. */
export function wildcard(pattern: string): (text: string) => boolean {
	const parts = pattern.split("*").map((part) => part.replace(/[^\w]/g, "\\$&"));
	const form = new RegExp(`^${parts.join("[^/]*")}$`);
	return (text) => form.test(text);
}
