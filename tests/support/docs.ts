import { lexer, type Token, type Tokens } from "marked";
import { readPages } from "../../local/docs/regions.ts";

/** A fenced block of a page. */
export interface Block {
  page: string;
  /** The first word after the fence. */
  language: string;
  /** What follows it. */
  info: string;
  text: string;
  /** The heading above it, and the block before it under the same heading. */
  heading: string;
  before: Block | null;
}

/** A table of a page, as the text of its cells. */
export interface Table {
  page: string;
  heading: string;
  head: string[];
  rows: string[][];
}

export const pages = await readPages();

/** Every token of a page, those within lists and quotes too, in order. */
export function* tokensOf(tokens: readonly Token[]): Generator<Token> {
  for (const token of tokens) {
    yield token;
    if (token.type === "list") {
      for (const item of (token as Tokens.List).items) yield* tokensOf(item.tokens);
    } else if (token.type === "table") {
      const { header, rows } = token as Tokens.Table;
      for (const cell of [...header, ...rows.flat()]) yield* tokensOf(cell.tokens);
    } else if ("tokens" in token && token.tokens !== undefined) yield* tokensOf(token.tokens);
  }
}

/** The page's tokens. */
export const read = (page: string): Generator<Token> => tokensOf(lexer(pages.get(page) ?? ""));

/** Every fenced block of every page. */
export function blocks(): Block[] {
  return [...pages.keys()].flatMap((page) => {
    const found: Block[] = [];
    let heading = "";
    let before: Block | null = null;
    for (const token of read(page)) {
      if (token.type === "heading") {
        heading = (token as Tokens.Heading).text;
        before = null;
      }
      if (token.type !== "code") continue;
      const { lang = "", text } = token as Tokens.Code;
      const [language = "", ...info] = lang.split(" ");
      before = { page, language, info: info.join(" "), text, heading, before };
      found.push(before);
    }
    return found;
  });
}

/** Every table of every page. */
export function tables(): Table[] {
  return [...pages.keys()].flatMap((page) => {
    const found: Table[] = [];
    let heading = "";
    for (const token of read(page)) {
      if (token.type === "heading") heading = (token as Tokens.Heading).text;
      if (token.type !== "table") continue;
      const { header, rows } = token as Tokens.Table;
      const texts = (cells: Tokens.TableCell[]) => cells.map(({ text }) => text.trim());
      found.push({ page, heading, head: texts(header), rows: rows.map(texts) });
    }
    return found;
  });
}
