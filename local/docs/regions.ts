import { formatted } from "../formatted.ts";
import { inRepository, readTextIfAny } from "../paths.ts";

/** A part of a page that is made from the code: its name, which is on the page, and its text. */
export type Regions = Readonly<Record<string, string>>;

const around = (name: string) =>
  new RegExp(`(<!-- made: ${name} [^\\n]*-->\\n)([^]*?)(<!-- end: ${name} -->)`, "g");

/** The names of the parts that a page has. */
export const regionsOf = (page: string): string[] =>
  [...page.matchAll(/^<!-- made: ([\w-]+) /gm)].map(([, name = ""]) => name);

/** The page with its parts as they are to be, in the formatter's layout. */
export async function withRegions(page: string, regions: Regions): Promise<string> {
  const filled = Object.entries(regions).reduce(
    (text, [name, made]) =>
      text.replace(around(name), (_, before, __, after) => `${before}\n${made}\n\n${after}`),
    page,
  );
  return await formatted(filled, "md");
}

/** The pages: README.md and docs/, by their path in the checkout. */
export async function readPages(): Promise<Map<string, string>> {
  const names = [...Deno.readDirSync(inRepository("docs"))].map(({ name }) => `docs/${name}`);
  const paths = ["README.md", ...names.filter((name) => name.endsWith(".md")).toSorted()];
  const texts = paths.map(async (path) => [path, await readTextIfAny(inRepository(path)) ?? ""] as const);
  return new Map(await Promise.all(texts));
}

/** A table of Markdown; cells may hold anything but line ends. */
export function table(head: string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Text as code; empty stays empty. */
export const code = (text: string): string => text === "" ? "" : `\`${text}\``;

/** Names as code, side by side. */
export const named = (names: readonly string[]): string => names.map(code).join(" ");

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
