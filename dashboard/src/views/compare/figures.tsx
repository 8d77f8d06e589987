import { type Against, type Comparison, readComparison } from "../../api/compare.ts";
import { formatDecimal, negated } from "../../format/decimal.ts";
import type { Money } from "../../format/money.ts";
import { toneOf } from "../../format/tone.ts";
import { useDesk } from "../../store/desk.ts";
import { useRead } from "../../store/use-read.ts";
import { Outcome, Panel } from "../panel.tsx";
import { type Cell, Stats } from "../stats.tsx";

/** How well the account did what its baseline has done, in figures. */
export function ComparedFigures({ against }: { against: Against }) {
  const { client, account, version, strategy, money } = useDesk();
  const read = useRead(
    `${JSON.stringify(against)} ${strategy ?? "*"}`,
    version,
    () =>
      readComparison(client, account.name, {
        ...against,
        ...(strategy !== null && { only_strategy: strategy }),
      }),
  );
  return (
    <Panel name="compared" title={`${account.name} beside ${against.baseline}`}>
      <Outcome
        read={read}
        what="The comparison"
        isEmpty={() => false}
        empty=""
      >
        {(found) => (
          <>
            <Stats cells={alertCells(found)} />
            <Stats cells={moneyCells(found, money)} />
          </>
        )}
      </Outcome>
    </Panel>
  );
}

const count = (number: number) => formatDecimal(String(number));

function alertCells(
  { match_rate, orders, matched, missed, refused, late, extra }: Comparison,
): Cell[] {
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

function moneyCells(found: Comparison, money: Money): Cell[] {
  const signed = (name: string, text: string, title?: string): Cell => ({
    ...{ name, value: money.amount(text, { plus: true }), tone: toneOf(text) },
    ...(title !== undefined && { title }),
  });
  return [
    signed("Profit", found.profit, "Closed and net"),
    signed("Baseline's profit", found.baseline_profit, "Closed and net"),
    signed("Drift", found.drift, "Profit less the baseline's"),
    signed(
      "Of prices",
      negated(found.price_cost),
      "What the account's prices made of it",
    ),
    signed(
      "Of fees",
      negated(found.fee_cost),
      "What the account's fees made of it",
    ),
    signed(
      "Of the rest",
      negated(found.other_cost),
      "What was missed, refused, extra or of another size",
    ),
  ];
}
