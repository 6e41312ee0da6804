/** Characters of an error that are shown. */
const MAX_DESCRIPTION = 500;

/** An error and all within it, those that caused it before it: the library wraps each in several others. */
export function errorsIn(error: unknown): Error[] {
	if (!(error instanceof Error)) return [new Error(String(error))];
	return [...inner(error).flatMap(errorsIn), error];
}

/** The innermost messages of an error, each once, without what else it holds. */
export function describe(error: unknown): string {
	const innermost = errorsIn(error).filter((one) => inner(one).length === 0);
	return [...new Set(innermost.map(({ message }) => message))].join("; ").slice(0, MAX_DESCRIPTION);
}

function inner(error: Error): unknown[] {
	const several = error instanceof AggregateError ? error.errors : [];
	return error.cause === undefined ? several : [...several, error.cause];
}
