/**
 * What is read of TradingView's "List of trades"; the other columns follow from these. How an English export heads each today,
 * and has headed it over the years, in small letters; what the group matches is a currency.
 */
const HEADERS = {
  number: { today: "Trade #", ever: /^trade (?:#|number|no\.?)$/ },
  type: { today: "Type", ever: /^type$/ },
  time: { today: "Date and time", ever: /^date(?:\/| and )time$/ },
  signal: { today: "Signal", ever: /^signal$/ },
  price: { today: "Price", ever: /^price(?: ([a-z0-9.]+))?$/ },
  quantity: { today: "Size (qty)", ever: /^(?:(?:position )?size \(qty\)|quantity|qty|contracts)$/ },
  profit: { today: "Net P&L", ever: /^(?:net )?(?:p&l|pnl|profit)(?: ([a-z0-9.]+))?$/ },
  cumulative: {
    today: "Cumulative P&L",
    ever: /^cum(?:ulative|\.) (?:net )?(?:p&l|pnl|profit)(?: ([a-z0-9.]+))?$/,
  },
  symbol: { today: "Symbol", ever: /^symbol$/ },
};
export type ColumnName = keyof typeof HEADERS;

/** An export without them is read all the same: the profits are added up, and a strategy's report is of one symbol. */
const OPTIONAL: ReadonlySet<ColumnName> = new Set(["cumulative", "symbol"]);

/** Where each column stands, and the currency that its header names. */
export type Columns = ReadonlyMap<ColumnName, { index: number; currency: string | null }>;

const NAMES = Object.keys(HEADERS) as ColumnName[];

/** The columns of a row of headers, or why it is none of TradingView's. */
export function readHeaders(
  headers: readonly string[],
): { ok: true; columns: Columns } | { ok: false; message: string; found: number } {
  const written = headers.map((header) => header.replace(/\s+/g, " ").trim().toLowerCase());
  const columns = new Map<ColumnName, { index: number; currency: string | null }>();
  for (const name of NAMES) {
    const matches = written.map((header) => HEADERS[name].ever.exec(header));
    const indexes = matches.flatMap((match, index) => match === null ? [] : [index]);
    const [index] = indexes;
    if (index === undefined) continue;
    if (indexes.length > 1) {
      return { ok: false, message: `has the column "${headers[index]}" more than once`, found: columns.size };
    }
    columns.set(name, { index, currency: matches[index]?.[1]?.toUpperCase() ?? null });
  }
  const missing = NAMES.filter((name) => !columns.has(name) && !OPTIONAL.has(name));
  if (missing.length === 0) return { ok: true, columns };
  return { ok: false, message: whyNot(missing, headers), found: columns.size };
}

function whyNot(missing: readonly ColumnName[], headers: readonly string[]): string {
  const named = headers.filter((header) => header.trim() !== "").slice(0, 16).map((each) =>
    `"${each.trim()}"`
  );
  return `has no column ${missing.map((name) => `"${HEADERS[name].today}"`).join(", ")}; it has ${
    named.join(", ") || "none"
  }. An export in another language is not read: set TradingView to English and export the List of trades again`;
}
