import * as z from "zod";
import { ORDER_TYPES } from "../validators/canonical-alert.ts";
import { DECIMAL_PATTERN } from "../validators/decimal.ts";

/** Building stones of the answers: what leaves the database, as Zod schemas, for the document only. */

/** Fields of one kind, by their names with spaces between. */
export const each = <Schema extends z.ZodType>(schema: Schema, names: string): Record<string, Schema> =>
  Object.fromEntries(names.split(" ").map((name) => [name, schema]));

/** A decimal as every answer writes it; see trading.decimal. */
export const decimal = z.string().regex(DECIMAL_PATTERN).meta({ id: "Decimal", examples: ["1.25"] });
/** A decimal that a division made: more digits before the point than an input may have. */
export const amount = z.string().regex(/^-?\d+(\.\d+)?$/).meta({
  id: "Amount",
  description: "Money or a figure, exact to at most 18 decimals, half to even.",
  examples: ["98097.5"],
});
export const id = z.string().regex(/^[1-9]\d*$/).meta({
  id: "RowId",
  description: "Grows; lists page by it.",
  examples: ["42"],
});
export const time = z.iso.datetime({ offset: true });
export const side = z.enum(["buy", "sell"]);
export const requestId = z.string().describe(
  "Also the header x-request-id, and in the log line of the request.",
);
export const orderType = z.enum(ORDER_TYPES);

/** One thing that is wrong with a request: `Problem` of http/errors.ts. */
const problem = z.object({
  path: z.string().describe("Our name of the field, dotted; [0] an index; empty for the whole body."),
  message: z.string(),
  code: z.string().optional(),
  source: z.string().optional().describe("The sender's own name of the field, where it differs."),
});

const cause = z.object({
  code: z.string().describe("snake_case and stable: what a program may react to."),
  message: z.string(),
  details: z.array(problem).optional(),
});

/** The one JSON shape of every error. */
export const errorAnswer = z.object({ error: cause, request_id: requestId }).meta({ id: "Error" });

const answeredOrder = z.object({
  id,
  side,
  type: orderType,
  status: z.enum(["open", "filled", "canceled", "expired"]),
  quantity: decimal.optional().describe("Not there while the order waits for the price that decides it."),
  limit_price: decimal.optional(),
  stop_price: decimal.optional(),
  leg: z.enum(["take_profit", "stop_loss"]).optional(),
  reason: z.string().optional().describe("Why it was canceled."),
});

const answeredFill = z.object({
  id,
  order_id: id,
  side,
  quantity: decimal,
  price: decimal,
  fee: amount.describe("Below 0: a rebate."),
  realized_pnl: amount.describe("Gross: the fee is apart."),
});

const answeredPosition = z.object({
  ...each(z.string(), "symbol strategy"),
  quantity: amount.describe("Signed units; 0 when flat."),
  average_price: amount.describe("0 when flat."),
  ...each(amount, "realized_pnl fees"),
  version: z.int(),
});

const repaired = z.object({ expected: amount, booked: amount }).describe(
  "Signed units that action and quantity alone would have traded, and what the target made of it.",
);

/** The fields that every answer to an understood alert has. */
const booked = {
  duplicate: z.boolean().describe("True: this is the stored answer to the same alert, sent before."),
  alert_id: id.optional().describe(
    "Not there when nothing was recorded: id_conflict, unknown_account, shadow_account.",
  ),
  ...each(z.string(), "account strategy symbol"),
  orders: z.array(answeredOrder),
  fills: z.array(answeredFill),
  position: answeredPosition,
  ...each(amount.optional(), "cash equity"),
  halted: z.string().optional().describe("Why the account is halted, while it is."),
  reason: z.literal("waiting_for_price").optional().describe(
    "A market order without a price rests: it fills at the next mark of its symbol.",
  ),
  repaired: repaired.optional(),
  ignored: z.array(z.string()).optional().describe("The sender's fields that were not understood."),
  request_id: requestId,
};

export const bookedAnswer = z.object({
  status: z.enum(["filled", "accepted", "ignored", "canceled"]),
  ...booked,
}).meta({ id: "AlertAnswer" });

export const refusedAnswer = z.object({ error: cause, status: z.literal("rejected"), ...booked }).meta({
  id: "AlertRefusal",
  description: "Understood and recorded, and refused.",
});

/** A dry run; without `request_id` inside an array. */
export const previewAnswer = z.object({
  dry_run: z.literal(true),
  dialect: z.string().describe("In which sender's words it was read."),
  alert: z.record(z.string(), z.unknown()).describe("The canonical alert."),
  would: z.object({
    status: z.enum(["filled", "accepted", "ignored", "canceled", "rejected"]),
    ...each(z.string().optional(), "code message"),
    duplicate: z.boolean(),
    orders: z.array(answeredOrder.omit({ id: true })),
    fills: z.array(answeredFill.omit({ id: true, order_id: true })),
    position: answeredPosition,
    repaired: repaired.optional(),
  }),
  request_id: requestId.optional(),
}).meta({ id: "AlertPreview" });
