/** What stands in a record in the place of a secret. */
export const REDACTED = "[redacted]";
