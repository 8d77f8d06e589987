import type { Against, Row } from "../../api/reads.ts";
import { formatDecimal } from "../../format/decimal.ts";
import { amount, cost, moment, number, pill, price, profit, side, words } from "../tables/columns.tsx";
import { byId, type Kind, SYMBOL } from "../tables/kinds.tsx";

const TONES: Record<string, string> = { matched: "up", late: "accent", missed: "down", refused: "down" };

/** The orders of a baseline beside the alerts of the account, as a table. */
export const pairs = (against: Against): Kind<Row<"compare_orders">> => ({
  name: "pairs",
  title: "Orders and alerts",
  ...byId("compare_orders", against),
  statuses: [null, "missed", "late", "refused", "extra", "matched"],
  columns: [
    pill(words("status", "Outcome"), TONES),
    words("signal", "Signal"),
    words(SYMBOL, "Symbol"),
    side("side", "Side"),
    moment("baseline_time", "Backtest"),
    moment("booked_at", "Booked"),
    { ...number("seconds", "Late by"), text: (value) => `${formatDecimal(value, { most: 0 })} s` },
    price("baseline_price", "Its price"),
    price("price", "Price"),
    cost(number("price_drift", "Worse by")),
    number("baseline_quantity", "Its size"),
    number("quantity", "Size"),
    cost(amount("cost", "Cost")),
    profit("baseline_profit", "Its profit"),
    profit("profit", "Profit"),
    profit("profit_drift", "Drift"),
    words("code", "Refused for"),
  ],
  empty: "There is nothing to compare: neither the baseline nor the account has an order here.",
});
