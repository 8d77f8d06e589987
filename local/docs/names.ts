import { DIALECTS } from "../../supabase/functions/_shared/alerts/dialects/index.ts";
import type { FieldName } from "../../supabase/functions/_shared/alerts/field-names.ts";
import { FITS, type When } from "../../supabase/functions/_shared/alerts/fits.ts";
import type { Row } from "../../supabase/functions/_shared/alerts/name-index.ts";
import { REFUSED_NAMES, VOCABULARY } from "../../supabase/functions/_shared/alerts/vocabulary.ts";
import { code, named, table } from "./regions.ts";

/** Names that become another field when all of the message is known, and what they become. */
const BECOMES: Partial<Record<FieldName, string>> = {
  position_side: "The side of the position that the action beside it is about",
  position_size: "`target`, whose side is the sign",
  target_price: "Nothing: it is refused, with what to send",
  volume:
    "`quantity`, where nothing else says how much, and it is no bar's: none, no `interval`, no `ticker` with a time stands beside it",
  quote_quantity: "`quantity`, with `quantity_type` `notional`",
  position_percent: "`quantity`, with `quantity_type` `percent_of_position`",
  close_percent: "`quantity`, with `quantity_type` `percent_of_position`, of what only reduces the position",
  percent_quantity: "`quantity` in percent: of the position where that is closed, else of equity",
  order_price: "`limit_price` or `stop_price`, of an order that has none",
  stop: "`stop_price` of a stop order, else `stop_loss.stop_price`",
  risk_percent: "`quantity`, with `quantity_type` `risk_percent`",
  risk_notional: "`quantity`, with `quantity_type` `risk_notional`",
  reduce_only: "A buy or sell that only reduces the position",
  close_position: "`action` `close`, whatever stands beside it",
  close_side: "`action` `close`, of a position on that side only",
  reverse: "`quantity` is the position wanted, on the side that the action turns to",
};

/** With which values a name is read so, where others mean something else. */
const where = (when: When): string => `where it ${FITS[when][1]}`;

/** Every name that is understood, the most telling of a field first, and what dialects put before them. */
export function names(): string {
  const everybodys = joined(VOCABULARY).map(({ field, names, when, says }) => [
    BECOMES[field] ?? (says === undefined ? code(field) : `${code(field)} ${code(says)}`),
    named(names),
    when === undefined ? "" : where(when),
  ]);
  const dialects = DIALECTS.flatMap(({ name, first }) =>
    first.map(({ field, names, when, says }) => [
      says === undefined ? code(field) : `${code(field)} ${code(says)}`,
      named(names),
      `first of all, in \`${name}\`${when === undefined ? "" : `, ${where(when)}`}`,
    ])
  );
  return table(["becomes", "its names", ""], [...everybodys, ...dialects]);
}

/** Rows that go on where the one before them ends, as one. */
function joined(rows: readonly Row[]): Row[] {
  const all: Row[] = [];
  for (const row of rows) {
    const last = all.at(-1);
    const goesOn = last?.field === row.field && last.when === row.when && last.says === row.says;
    if (goesOn) all.splice(-1, 1, { ...last, names: [...last.names, ...row.names] });
    else all.push(row);
  }
  return all;
}

/** Names that are refused, and what to send instead. */
export function refusedNames(): string {
  const everybodys = REFUSED_NAMES.map(({ names, when = "set", send }) => [named(names), where(when), send]);
  const dialects = DIALECTS.flatMap(({ name, refused }) =>
    refused.map(({ names, send }) => [named(names), `in \`${name}\``, send])
  );
  return table(["names", "", "what to do instead"], [...everybodys, ...dialects]);
}
