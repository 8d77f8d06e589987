import * as z from "zod";
import { decimal, word } from "./fields.ts";

/** Only the fields that were sent, so that an answer shows no clutter; null when there are none. */
function sent<T extends Record<string, unknown>>(
  fields: T | null | undefined,
): Partial<NonNullableFields<T>> | null {
  if (fields === null || fields === undefined) return null;
  const entries = Object.entries(fields).filter(([, value]) => value !== null);
  return entries.length === 0 ? null : Object.fromEntries(entries) as Partial<NonNullableFields<T>>;
}
type NonNullableFields<T> = { [Key in keyof T]: NonNullable<T[Key]> };

const profitPrice = {
  percent: decimal("positive"),
  amount: decimal("positive"),
  limit_price: decimal("positive"),
};
export const takeProfit = z.strictObject(profitPrice).nullish().transform(sent);

const MOST_PROFITS = 10;

/** Several take profits, each of a part of what the order opens. */
export const takeProfits = z.array(
  z.strictObject({ ...profitPrice, quantity: decimal("positive"), close_percent: decimal("positive") })
    .transform((level) => sent(level) ?? {}),
).max(MOST_PROFITS, { error: `must be at most ${MOST_PROFITS}` }).nullish()
  .transform((levels) => levels === null || levels === undefined || levels.length === 0 ? null : levels);

export const stopLoss = z.strictObject({
  type: word(["stop", "stop_limit", "trailing_stop"], "a kind of stop loss"),
  percent: decimal("positive"),
  amount: decimal("positive"),
  stop_price: decimal("positive"),
  limit_price: decimal("positive"),
  trail_amount: decimal("positive"),
  trail_percent: decimal("positive"),
  activation_price: decimal("positive"),
  activation_amount: decimal("positive"),
  activation_percent: decimal("positive"),
}).nullish().transform(sent);
