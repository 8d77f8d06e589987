import type { Row } from "../../api/reads.ts";
import { moment, named, price, words } from "./columns.tsx";
import { type Kind, SYMBOL } from "./kinds.tsx";

/** Which symbol is marked by what, and how old its last mark is. */
export const marks: Kind<Row<"list_live_marks">> = {
  name: "marks",
  title: "Marks",
  // All of them: an account holds few symbols at a time.
  read: async (read, { only_symbol }) =>
    (await read("list_live_marks"))
      .filter(({ symbol }) => only_symbol === undefined || symbol === only_symbol),
  id: ({ symbol }) => String(symbol),
  after: () => ({}),
  columns: [
    words(SYMBOL, "Symbol"),
    words("exchange", "Exchange"),
    { ...words("source", "Marked by"), value: ({ source }) => source ?? "alerts only" },
    price("price", "Mark"),
    moment("marked_at", "Marked at"),
    {
      ...words("marked_at", "Age"),
      key: "age",
      value: ({ marked_at }) =>
        marked_at === null ? null : String(Math.round((Date.now() - Date.parse(marked_at)) / 1_000)),
      text: (seconds) => shortAge(Number(seconds)),
      tone: () => "figures",
      right: true,
    },
    { ...named("problem", "Problem"), tone: () => "down" },
    moment("checked_at", "Last asked"),
  ],
  isShort: true,
  empty: "No position and no resting order: no symbol needs a mark.",
};

/** Seconds as "45 s", "12 min", "5 h" or "3 d". */
function shortAge(seconds: number): string {
  const [unit, length] = ([["d", 86_400], ["h", 3_600], ["min", 60]] as const)
    .find(([, each]) => seconds >= 2 * each) ?? ["s", 1];
  return `${Math.floor(seconds / length)} ${unit}`;
}
