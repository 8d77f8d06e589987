import * as z from "zod";
import { sha256Hex } from "../hashing/digest.ts";
import { HttpError } from "../http/errors.ts";
import { text } from "../validators/fields.ts";
import { bookAll, bookOne } from "./book.ts";
import { account, type Call, confirm, defineTool } from "./tool.ts";

const PAGE = 1_000;

export const closeAll = defineTool({
  description:
    "Cancels every resting order of an account and closes every position at its last known price, of whatever strategy. " +
    "Answers one result for each. A position whose price is older than max_mark_age is closed at its next mark.",
  scope: "change",
  schema: z.strictObject({
    account,
    confirm,
    id: text(/^[\x21-\x7E]{1,120}$/, "must be 1 to 120 printable characters without spaces").describe(
      "Names this call: what it closed once, a repeated call with this id does not close again.",
    ),
  }),
  async run({ id, confirm }, call) {
    requireConfirmation(confirm, call.account);
    const name = id ?? crypto.randomUUID();
    // Before the closes: an order that still rests could open again what is closed.
    const canceled = await bookOne(
      { action: "cancel", symbol: "*", idempotency_key: `${name}/cancel` },
      call,
    );
    const held = await heldPositions(call);
    const closed = await bookAll(
      held.map(({ strategy, symbol }) => ({
        action: "close",
        strategy: strategy === "" ? null : strategy,
        symbol,
        idempotency_key: `${name}/${shortHash(`${strategy}\n${symbol}`)}`,
      })),
      call,
    );
    return { canceled, closed: closed.map(({ body }) => body) };
  },
});

/**
 * Refuses what an operator did not say twice.
 *
 * @throws HttpError 400
 */
export function requireConfirmation(confirmed: string, account: string): void {
  if (confirmed === account) return;
  throw new HttpError(400, "not_confirmed", "confirm must be the name of the account that this is about", [
    { path: "confirm", message: "is not the account's name" },
  ]);
}

/** The positions that are not flat. */
async function heldPositions({ rpc, account }: Call): Promise<{ strategy: string; symbol: string }[]> {
  const held: { strategy: string; symbol: string }[] = [];
  let after: { after_symbol?: string; after_strategy?: string } = {};
  for (;;) {
    const page = await rpc("list_positions", { account, limit: PAGE, ...after });
    held.push(...page.filter(({ quantity }) => quantity !== "0"));
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return held;
    after = { after_symbol: last.symbol, after_strategy: last.strategy };
  }
}

/** Enough to tell the positions of one account apart. */
const shortHash = (text: string): string => sha256Hex(text).slice(0, 24);
