import * as z from "zod";
import { sha256Hex } from "../hashing/digest.ts";
import {
  alertFieldsSchema,
  ORDER_TYPES,
  QUANTITY_TYPES,
  TIMES_IN_FORCE,
} from "../validators/canonical-alert.ts";
import { text } from "../validators/fields.ts";
import { bookAll, bookOne } from "./book.ts";
import { allPages } from "./call-rpc.ts";
import { account, type Call, confirm, defineTool, requireConfirmation } from "./tool.ts";

const { shape } = alertFieldsSchema;

/** What makes a call one that may be repeated. */
const id = shape.idempotency_key.describe(
  "Names this call: one that is repeated with its id, for example since its answer was lost, books once. Shares the " +
    "account's idempotency keys with alerts; left out: every call is a new one.",
);
const strategy = shape.strategy.describe("Whose position it is; left out: of alerts that name no strategy.");
const symbol = shape.symbol.describe('The instrument, like "AAPL" or "BINANCE:BTCUSDT".');
const order_id = shape.order_id.describe("The order's id, as answers and list_orders show it.");
const price = shape.price.describe(
  "The market's price now; left out: the last one known, if it is young enough.",
);

const { limit_price, stop_price, trail_amount, trail_percent, take_profit, stop_loss } = shape;
/** Where an order, or an exit, lies. */
const levels = { limit_price, stop_price, trail_amount, trail_percent, take_profit, stop_loss };

/** Books what a call asks for: once, however often the call is repeated with its id. */
const bookCall = ({ id, ...order }: { id: string | null } & Record<string, unknown>, call: Call) =>
  bookOne({ ...order, idempotency_key: id ?? crypto.randomUUID() }, call);

/** The positions that are not flat. */
async function heldPositions({ rpc, account }: Call) {
  const positions = await allPages<{ strategy: string; symbol: string; quantity: string }>((limit, last) =>
    rpc("list_positions", {
      ...{ account, limit },
      after_symbol: last?.symbol ?? null,
      after_strategy: last?.strategy ?? null,
    })
  );
  return positions.filter(({ quantity }) => quantity !== "0");
}

export const orderTools = {
  place_order: defineTool({
    description:
      "Places one order, as an alert would: market, limit, stop, stop_limit or trailing_stop, with an optional stop loss " +
      "and take profit, or several. Refused for want of funds, by a limit of the account, or while it is halted.",
    scope: "change",
    trades: true,
    schema: z.strictObject({
      account,
      strategy,
      symbol,
      side: z.enum(["buy", "sell"]),
      quantity: shape.quantity,
      quantity_type: shape.quantity_type.meta({ enum: QUANTITY_TYPES, default: "units" }),
      order_type: shape.order_type.meta({ enum: ORDER_TYPES }).describe("Left out: what the prices imply."),
      price,
      ...levels,
      take_profits: shape.take_profits,
      time_in_force: shape.time_in_force.meta({ enum: TIMES_IN_FORCE }),
      // It takes anything, but keeps only text: an argument of no type is sent by some clients as the JSON of it.
      comment: shape.comment.meta({ type: "string" }),
      id,
    }).meta({ required: ["symbol", "side", "quantity"] }),
    run: ({ side, ...order }, call) => bookCall({ ...order, action: side }, call),
  }),

  close_position: defineTool({
    description:
      "Closes the position of one symbol and strategy, or the quantity of it that is named, at the market. Never opens one.",
    scope: "change",
    trades: true,
    schema: z.strictObject({ account, strategy, symbol, quantity: shape.quantity, price, id }).meta({
      required: ["symbol"],
    }),
    run: (order, call) => bookCall({ ...order, action: "close" }, call),
  }),

  close_all: defineTool({
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
          // Enough to tell the positions of one account apart.
          idempotency_key: `${name}/${sha256Hex(`${strategy}\n${symbol}`).slice(0, 24)}`,
        })),
        call,
      );
      return { canceled, closed: closed.map(({ body }) => body) };
    },
  }),

  modify: defineTool({
    description:
      "Moves what rests, and places nothing: with stop_loss or take_profit the exits of a position, with a price one other " +
      "order. One of several take profits is named by order_id.",
    scope: "change",
    trades: true,
    repeatable: true,
    schema: z.strictObject({
      account,
      strategy,
      symbol,
      order_id,
      price,
      ...levels,
      id,
    }).meta({ required: ["symbol"] }),
    run: (changes, call) => bookCall({ ...changes, action: "modify" }, call),
  }),

  cancel_orders: defineTool({
    description:
      "Cancels resting orders: one by order_id, those of a symbol and strategy, or with neither all of the account.",
    scope: "change",
    trades: true,
    repeatable: true,
    schema: z.strictObject({
      account,
      strategy,
      symbol: shape.symbol.describe("The instrument; left out: all."),
      order_id,
      id,
    }),
    run({ symbol, order_id, ...rest }, call) {
      const what = order_id === null ? { symbol: symbol ?? "*" } : { symbol, order_id };
      return bookCall({ ...rest, ...what, action: "cancel" }, call);
    },
  }),
};
