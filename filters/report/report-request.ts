/** The fields of sluice.mixer.v1.ReportRequest. */
export const ORIGIN: u32 = 1;
export const EPOCH: u32 = 2;
export const SEQUENCE: u32 = 3;
export const DICTIONARY: u32 = 4;
export const RECORDS: u32 = 5;
