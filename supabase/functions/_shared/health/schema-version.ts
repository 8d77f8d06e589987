/** The newest migration that this code was written for: the digits that its file's name begins with. */
export const SCHEMA_VERSION = "20261101000043";
