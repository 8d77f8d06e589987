import type { Against, Comparison } from "../../api/reads.ts";
import { formatDecimal, negated } from "../../format/decimal.ts";
import type { Money } from "../../format/money.ts";
import { toneOf } from "../../format/figures.ts";
import { useAnswer, useDesk } from "../../store/desk.ts";
import { Outcome, Panel } from "../panel.tsx";
import { type Stat, Stats } from "../stats.tsx";

/** How well the account did what its baseline has done, in figures. */
export function ComparedFigures({ against }: { against: Against }) {
  const { account, only, money } = useDesk();
  const comparison = useAnswer("compare_accounts", { ...against, ...only });
  return (
    <Panel name="compared" title={`${account.name} beside ${against.baseline}`}>
      <Outcome read={comparison} what="The comparison">
        {(found) => (
          <>
            <Stats stats={alertCells(found)} />
            <Stats stats={moneyCells(found, money)} />
          </>
        )}
      </Outcome>
    </Panel>
  );
}

const count = (number: number) => formatDecimal(String(number));

function alertCells(found: Comparison): Stat[] {
  const bad = (name: string, number: number, title: string): Stat => ({
    name,
    value: count(number),
    title,
    tone: number > 0 ? "down" : "",
  });
  return [
    {
      name: "Match rate",
      value: found.match_rate === null ? "–" : `${formatDecimal(found.match_rate, { most: 1 })}%`,
      title: `${count(found.matched)} of ${count(found.orders)} orders of the baseline had their alert`,
    },
    bad("Missed", found.missed, "Orders of the baseline that no alert came for"),
    bad("Refused", found.refused, "Their alert came, and was refused"),
    bad("Late", found.late, "Booked more than 60 s after the order's time"),
    bad("Extra", found.extra, "Alerts that are none of the baseline's orders"),
    { name: "Orders", value: count(found.orders) },
  ];
}

function moneyCells(found: Comparison, money: Money): Stat[] {
  const signed = (name: string, text: string, title: string): Stat => ({
    name,
    value: money.amount(text, { plus: true }),
    title,
    tone: toneOf(text),
  });
  return [
    signed("Profit", found.profit, "Closed and net"),
    signed("Baseline's profit", found.baseline_profit, "Closed and net"),
    signed("Drift", found.drift, "Profit less the baseline's"),
    signed("Of prices", negated(found.price_cost), "What the account's prices made of it"),
    signed("Of fees", negated(found.fee_cost), "What the account's fees made of it"),
    signed("Of the rest", negated(found.other_cost), "What was missed, refused, extra or of another size"),
  ];
}
