import {
  ACTION_WORDS,
  type ActionWord,
  FLAG_WORDS,
  ORDER_TYPE_WORDS,
  QUANTITY_TYPE_WORDS,
  SIDE_WORDS,
  TIME_IN_FORCE_WORDS,
  TYPED_ACTION_WORDS,
} from "../../supabase/functions/_shared/alerts/words.ts";
import { code, named, table } from "./regions.ts";

/** Words that mean one of ours only together with another field. */
const TOGETHER: Readonly<Record<string, string>> = {
  enter: "`buy` or `sell`, to the side that another field says",
  reverse: "`buy` or `sell`, to the side that another field says, until `quantity` is held there",
  if_touched: "`limit`, at the price that it waits for",
  percent: "`percent_of_position` where that is closed, else `percent_of_equity`",
};

/** Whose words mean what. */
export function words(): string {
  return table(["field", "is", "when it says"], [
    ...rows("action", ACTION_WORDS, meaningOf),
    ...rows(
      "action",
      TYPED_ACTION_WORDS,
      ({ action, type }) => `${code(action)}, of \`order_type\` ${code(type)}`,
    ),
    ...rows("target.side", SIDE_WORDS, ours),
    ...rows("quantity_type", QUANTITY_TYPE_WORDS, ours),
    ...rows("order_type", ORDER_TYPE_WORDS, ours),
    ...rows("time_in_force", TIME_IN_FORCE_WORDS, ours),
    ...rows("a flag", FLAG_WORDS, (is) => is ? "yes" : "no"),
  ]);
}

/** One row for each meaning, with all the words that have it. */
function rows<Word>(
  field: string,
  words: ReadonlyMap<string, Word>,
  meaning: (word: Word) => string,
): string[][] {
  const said = Map.groupBy(words, ([, word]) => meaning(word));
  return [...said].map(([is, all]) => [
    field.includes(" ") ? field : code(field),
    is,
    named(all.map(([word]) => word)),
  ]);
}

const ours = (word: string): string => TOGETHER[word] ?? code(word);

/** An action, and what the side that its word names adds to it. */
function meaningOf({ action, side, isPart }: ActionWord): string {
  if (isPart) return `${code(action)}, of a part: \`quantity\` must say how much`;
  if (side === undefined) return ours(action);
  if (action === "close") return `${code(action)}, of a ${side} position only`;
  return `${code(action)}, never ends ${side === "long" ? "short" : "long"}`;
}
