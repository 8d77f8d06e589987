import type { Against, Comparison } from "../../api/reads.ts";
import { formatDecimal, negated } from "../../format/decimal.ts";
import type { Money } from "../../format/money.ts";
import { toneOf } from "../../format/tone.ts";
import { useDesk } from "../../store/desk.ts";
import { useRead } from "../../store/use-read.ts";
import { Outcome, Panel } from "../panel.tsx";
import { type Stat, Stats } from "../stats.tsx";

/** How well the account did what its baseline has done, in figures. */
export function ComparedFigures({ against }: { against: Against }) {
  const { account, read, version, only, money } = useDesk();
  const asked = { ...against, ...only };
  const comparison = useRead(JSON.stringify(asked), version, () => read("compare_accounts", asked));
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

function alertCells({ match_rate, orders, matched, missed, refused, late, extra }: Comparison): Stat[] {
  const bad = (number: number) => number > 0 ? "down" : "";
  return [
    {
      name: "Match rate",
      value: match_rate === null ? "–" : `${formatDecimal(match_rate, { most: 1 })}%`,
      title: `${count(matched)} of ${count(orders)} orders of the baseline had their alert`,
    },
    {
      name: "Missed",
      value: count(missed),
      tone: bad(missed),
      title: "Orders of the baseline that no alert came for",
    },
    {
      name: "Refused",
      value: count(refused),
      tone: bad(refused),
      title: "Their alert came, and was refused",
    },
    {
      name: "Late",
      value: count(late),
      tone: bad(late),
      title: "Booked more than 60 s after the order's time",
    },
    {
      name: "Extra",
      value: count(extra),
      tone: bad(extra),
      title: "Alerts that are none of the baseline's orders",
    },
    { name: "Orders", value: count(orders) },
  ];
}

function moneyCells(found: Comparison, money: Money): Stat[] {
  const signed = (name: string, text: string, title?: string): Stat => ({
    ...{ name, value: money.amount(text, { plus: true }), tone: toneOf(text) },
    ...(title !== undefined && { title }),
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
