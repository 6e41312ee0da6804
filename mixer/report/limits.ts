/** Records of one batch. The filter sends at most 100; the rest is room for other senders. */
export const MAX_BATCH_RECORDS = 1000;

/** Strings of one batch's dictionary: 64 for each record of a full batch. */
export const MAX_DICTIONARY_STRINGS = 64_000;

/** Attributes of one record: several times the vocabulary. */
export const MAX_RECORD_ATTRIBUTES = 256;

/** Characters one record may expand to: indexes are a byte each, so a small message could name a long string often. */
export const MAX_RECORD_CHARACTERS = 256 * 1024;

/** Entries of all lists and maps of one record: ten times the headers Envoy accepts by default. */
export const MAX_RECORD_ENTRIES = 1000;

/** Characters of a proxy's name: it is kept for as long as its batches are remembered. */
export const MAX_PROXY_NAME = 256;
