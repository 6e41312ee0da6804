import { type DestinationStream, type Logger, pino } from "pino";

/** Fields that never reach a log, wherever someone puts them: values that are, or may hold, secrets. */
const SECRET_FIELDS = ["authorization", "cookie", "set-cookie", "password", "token", "secret", "apiKey", "privateKey"];

/** The levels a person can choose from. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** The Mixer's own log: one JSON object a line, secrets replaced. */
export function createLogger(options: { level: LogLevel; destination: DestinationStream }): Logger {
	const paths = SECRET_FIELDS.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]);
	return pino(
		{
			level: options.level,
			base: null,
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: { level: (level) => ({ level }) },
			redact: { paths, censor: "[redacted]" },
		},
		options.destination,
	);
}
