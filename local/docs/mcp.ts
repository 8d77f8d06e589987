import { CATALOG, isReading, scopesOf } from "../../supabase/functions/_shared/mcp/catalog.ts";
import { inRepository } from "../paths.ts";
import { code, table } from "./regions.ts";

/** What an assistant may do, by which key. */
export const mcpTools = (): string =>
  table(
    ["tool", "scope", "kind", "what it does"],
    Object.entries(CATALOG.tools).map(([name, tool]) => [
      code(name),
      scopesOf(tool).map(code).join(" or "),
      isReading(tool) ? "reads" : "writes",
      /^.*?[.;:](?= |$)/s.exec(tool.description)?.[0].replace(/[.;:]$/, "") ?? tool.description,
    ]),
  );

/** Where the function `mcp` has its pages from: it has no files beside it where it is deployed. */
export const mcpPagesPath = inRepository("supabase", "functions", "_shared", "mcp", "docs.json");

/** The pages of docs/ that assistants read: those about alerts and what becomes of them, each short enough to be read whole. */
const NAMES = ["errors", "orders", "senders", "backtest", "notifications"];

/** These pages as the function has them: by name, with their titles. */
export function mcpPages(pages: ReadonlyMap<string, string>): string {
  const entries = NAMES.map((name) => {
    const text = pages.get(`docs/${name}.md`) ?? "";
    const [, title = name] = /^# (.+)$/m.exec(text) ?? [];
    return [name, { title, text }] as const;
  });
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}
