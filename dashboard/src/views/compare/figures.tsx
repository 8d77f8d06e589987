import type { Against, Comparison } from "../../api/reads.ts";
import { formatDecimal, negated } from "../../format/decimal.ts";
import type { Money } from "../../format/money.ts";
import { counted } from "../../format/figures.ts";
import { useAnswer, useDesk } from "../../store/desk.ts";
import { Outcome, Panel } from "../panel.tsx";
import { bad, gain, type Stat, Stats } from "../stats.tsx";

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

function alertCells(found: Comparison): Stat[] {
  return [
    {
      name: "Match rate",
      value: found.match_rate === null ? "–" : `${formatDecimal(found.match_rate, { most: 1 })}%`,
      title: `${counted(found.matched)} of ${counted(found.orders)} orders of the baseline had their alert`,
    },
    bad("Missed", found.missed, "Orders of the baseline that no alert came for"),
    bad("Refused", found.refused, "Their alert came, and was refused"),
    bad("Late", found.late, "Booked more than 60 s after the order's time"),
    bad("Extra", found.extra, "Alerts that are none of the baseline's orders"),
    { name: "Orders", value: counted(found.orders) },
  ];
}

function moneyCells(found: Comparison, money: Money): Stat[] {
  return [
    gain(money, "Profit", found.profit, "Closed and net"),
    gain(money, "Baseline's profit", found.baseline_profit, "Closed and net"),
    gain(money, "Drift", found.drift, "Profit less the baseline's"),
    gain(money, "Of prices", negated(found.price_cost), "What the account's prices made of it"),
    gain(money, "Of fees", negated(found.fee_cost), "What the account's fees made of it"),
    gain(
      money,
      "Of the rest",
      negated(found.other_cost),
      "What was missed, refused, extra or of another size",
    ),
  ];
}
