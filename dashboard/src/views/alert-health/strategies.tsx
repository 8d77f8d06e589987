import type { ComponentChildren } from "preact";
import type { AlertHealth as Health, Since } from "../../api/reads.ts";
import { negated } from "../../format/decimal.ts";
import type { Money } from "../../format/money.ts";
import { counted } from "../../format/figures.ts";
import { useAnswer, useDesk } from "../../store/desk.ts";
import { Outcome, Panel } from "../panel.tsx";
import { bad, gain, type Stat, Stats } from "../stats.tsx";
import { amount, type Column, cost, moment, number, pill, seconds } from "../tables/columns.tsx";
import { PlainTable } from "../tables/table-view.tsx";
import { strategyName } from "../top-bar.tsx";

/** Whether the alerts of the account came, and those of each strategy. */
export function StrategiesPanel({ since, tools }: { since: Since; tools: ComponentChildren }) {
  const { strategy, money } = useDesk();
  const health = useAnswer("alert_health", since);
  return (
    <Panel name="strategies" title="Alert health" tools={tools}>
      <Outcome
        read={health}
        what="The health of the alerts"
        isEmpty={(rows) => rows.length < 2}
        empty={<p>No alert came yet.</p>}
      >
        {([whole, ...rows]) => (
          <>
            {whole !== undefined && <Stats stats={cellsOf(whole, rows, money)} />}
            <PlainTable
              title="Strategies"
              columns={COLUMNS}
              rows={rows.filter((row) => strategy === null || row.strategy === strategy)}
            />
          </>
        )}
      </Outcome>
    </Panel>
  );
}

function cellsOf(whole: Health, rows: readonly Health[], money: Money): Stat[] {
  return [
    bad("Missed", whole.missed, "Alerts that never came, as far as later alerts say"),
    gain(
      money,
      "Profit from gaps",
      negated(whole.cost ?? "0"),
      `What the gaps gained or cost, without ${counted(whole.unpriced)} whose cost is not known`,
    ),
    bad(
      "Silent",
      rows.filter(({ silent }) => silent).length,
      "Strategies that sent nothing for three of their own intervals",
    ),
    bad("Contradictions", whole.contradictions, "The sender held another position before its alert"),
    bad("Refused", whole.refused, "Alerts that were refused"),
    { name: "Repeated", value: counted(whole.duplicates), title: "Alerts that came again, booked once" },
  ];
}

const COLUMNS: Column<Health>[] = [
  { key: "strategy", title: "Strategy", value: ({ strategy }) => strategyName(strategy ?? "") },
  pill({
    key: "silent",
    title: "Now",
    value: ({ silent, silence_reason }) => silent ? "silent" : silence_reason ?? "as usual",
  }, { silent: "down" }),
  moment("last_alert_at", "Last alert"),
  seconds("usual_seconds", "Usually every"),
  moment("silent_at", "Silent from"),
  number("alerts", "Alerts"),
  number("missed", "Missed"),
  number("repairs", "Repairs"),
  number("contradictions", "Contradictions"),
  cost(amount("cost", "Cost")),
  number("duplicates", "Repeated"),
  {
    ...number("refused", "Refused"),
    value: ({ refused, refusals }) => refused === 0 ? "0" : `${refused}: ${codesOf(refusals)}`,
    text: (value) => value,
  },
];

/** Codes with how often each was, the most frequent first. */
const codesOf = (refusals: Health["refusals"]): string =>
  Object.entries(refusals ?? {}).toSorted(([, a], [, b]) => Number(b) - Number(a))
    .map(([code, times]) => `${code} ${times}`).join(", ");
