import pages from "./docs.json" with { type: "json" };

/** Pages of the documentation that an assistant reads, by their name in `docs/`; `deno task docs:tables` writes them. */
export const DOCS: Readonly<Record<string, { title: string; text: string }>> = pages;
