import pages from "./docs.json" with { type: "json" };

/** What an assistant may attach: a text, or what a tool answers to the variables of its address. */
export interface Resource {
  /** Its address; `{account}` in it stands for the name of any account. */
  uri: string;
  name: string;
  title: string;
  source: { text: string } | { tool: string };
}

/** Pages of the documentation that an assistant reads, by their name in `docs/`; `deno task docs:tables` writes them. */
export const DOCS: Readonly<Record<string, { title: string; text: string }>> = pages;

/** What of an account may be attached, each by the tool that reads it. */
const READINGS: Resource[] = [
  { name: "positions", title: "Positions", source: { tool: "list_positions" } },
  { name: "performance", title: "Performance", source: { tool: "performance" } },
  { name: "alert_health", title: "Health of the alerts", source: { tool: "alert_health" } },
].map((reading) => ({ ...reading, uri: `account://{account}/${reading.name}` }));

const PAGES: Resource[] = Object.entries(DOCS).map(([name, { title, text }]) => ({
  ...{ uri: `docs://${name}`, name, title },
  source: { text },
}));

export const RESOURCES: readonly Resource[] = [...READINGS, ...PAGES];

export const mimeTypeOf = ({ source }: Resource): string =>
  "text" in source ? "text/markdown" : "application/json";

const VARIABLE = /\{(\w+)\}/g;

export const variablesOf = ({ uri }: Resource): string[] =>
  [...uri.matchAll(VARIABLE)].map(([, name = ""]) => name);

export const addressOf = ({ uri }: Resource, values: Readonly<Record<string, string>>): string =>
  uri.replace(VARIABLE, (_, name: string) => encodeURIComponent(values[name] ?? ""));

/** The resource that an address is of, and the values of its variables; null when there is none. */
export function findResource(
  address: string,
  resources: readonly Resource[],
): { resource: Resource; values: Record<string, string> } | null {
  for (const resource of resources) {
    const found = patternOf(resource).exec(address);
    if (found === null) continue;
    try {
      const values = Object.entries(found.groups ?? {}).map((
        [name, each],
      ) => [name, decodeURIComponent(each)]);
      return { resource, values: Object.fromEntries(values) };
    } catch {
      return null;
    }
  }
  return null;
}

/** Addresses of ours hold no character that means something in a pattern, but the variables. */
const patternOf = ({ uri }: Resource): RegExp =>
  new RegExp(`^${uri.replace(VARIABLE, "(?<$1>[^/?#]{1,200})")}$`);
