import type { Row, Since } from "../../api/reads.ts";
import { amount, cost, moment, named, number, pill, price, seconds, words } from "../tables/columns.tsx";
import { byId, type Kind, SYMBOL } from "../tables/kinds.tsx";

/** What a gap's status means. */
const MEANINGS: Record<string, string> = {
  missed: "An alert never came",
  refused: "An alert came, and was refused",
  reordered: "Two alerts arrived in the wrong order",
  moved: "An order of the account, or a split, changed the position",
  cut: "An order was cut to what funds or limits allow",
  first: "The strategy held something before its first alert here",
};

const TONES: Record<string, string> = { missed: "down", refused: "down" };

/** Alerts before which the account did not hold what their sender thought, as a table. */
export const gaps = (since: Since): Kind<Row<"list_alert_gaps">> => ({
  name: "gaps",
  title: "Gaps",
  ...byId("list_alert_gaps", since),
  statuses: [null, "missed", "refused", "reordered", "moved", "cut", "first"],
  columns: [
    {
      ...pill(words("status", "Why"), TONES),
      full: (value) => MEANINGS[value] ?? value,
    },
    moment("at", "Found"),
    moment("since", "After"),
    words(SYMBOL, "Symbol"),
    words("strategy", "Strategy"),
    number("missed", "Not traded"),
    number("previous", "Sender held"),
    number("held", "Account held"),
    price("due_price", "Due at"),
    price("price", "Put right at"),
    cost(amount("cost", "Cost")),
    cost(amount("least_cost", "At least")),
    cost(amount("most_cost", "At most")),
    named("cost_reason", "No cost, because"),
  ],
  empty:
    "No gap: before every alert, the account held the position that its sender expected, as far as the alerts say.",
});

/** Alerts that were on their way for long, as a table. */
export const late = (since: Since): Kind<Row<"late_alerts">> => ({
  name: "late alerts",
  title: "Late alerts",
  ...byId("late_alerts", since),
  columns: [
    moment("sent_at", "Sent"),
    words(SYMBOL, "Symbol"),
    words("strategy", "Strategy"),
    seconds("seconds_to_receive", "To the function"),
    seconds("seconds_to_book", "To its booking"),
    seconds("seconds", "In all"),
    words("status", "Outcome"),
    words("code", "Refused for"),
  ],
  empty: "No alert took more than 10 seconds, by its own time.",
});
