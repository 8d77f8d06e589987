import type { Row } from "../api/reads.ts";
import type { MarkBar } from "../charts/symbol-chart.ts";
import { formatDecimal } from "../format/decimal.ts";
import type { Clock } from "../format/time.ts";
import { useDesk, useRead } from "../store/desk.ts";
import { ChartFigure, withChart } from "./chart-figure.tsx";
import { ReadPanel } from "./panel.tsx";
import { sinceOf, useRange } from "./range.tsx";
import { Select } from "./controls.tsx";

/** The marks of one symbol, with what was bought and sold at them. */
export function SymbolPanel() {
  const desk = useDesk();
  const { overview: { symbols }, symbol, chart, only, clock } = desk;
  const { range, tools, showAll } = useRange("Range of the symbol's chart");
  const view = JSON.stringify([symbol, range, only]);
  const readBars = async () => {
    if (symbol === null) return [];
    const bars = await desk.read("symbol_chart", { ...sinceOf(range), symbol, ...only });
    return bars.map((bar) => toMarkBar(bar, clock));
  };
  const read = useRead(view, desk.version, () =>
    withChart(
      readBars(),
      import("../charts/symbol-chart.ts").then(({ symbolChart }) => symbolChart(clock)),
    ));
  const known = symbol === null || symbols.includes(symbol) ? symbols : [symbol, ...symbols];
  const title = symbol === null ? "Symbol" : (
    <Select
      label="Symbol charted"
      value={symbol}
      choices={known.map((value) => ({ value }))}
      onPick={chart}
    />
  );
  return (
    <ReadPanel
      {...{ name: "symbol", title, tools, read }}
      what={`The marks of ${symbol}`}
      isEmpty={({ points }) => points.length === 0}
      empty={
        <>
          <p>{symbol === null ? "No alert brought a price yet." : `No mark of ${symbol} in this range.`}</p>
          {showAll}
        </>
      }
    >
      {(charted) => (
        <ChartFigure {...{ charted, view }} label={() => labelOf(symbol, charted.points)}>
          {({ label, bought, sold }, when) => (
            <>
              <span class="muted">{when}</span> <strong>{label}</strong>
              {bought !== null && <span class="up">bought {bought.units} @ {bought.price}</span>}
              {sold !== null && <span class="down">sold {sold.units} @ {sold.price}</span>}
            </>
          )}
        </ChartFigure>
      )}
    </ReadPanel>
  );
}

function labelOf(symbol: string | null, bars: readonly MarkBar[]): string {
  const fills = bars.filter(({ bought, sold }) => bought !== null || sold !== null).length;
  return `Marks of ${symbol}; last ${bars.at(-1)?.label}; fills in ${fills} bars`;
}

function toMarkBar(bar: Row<"symbol_chart">, clock: Clock): MarkBar {
  const price = (text: string | null) => formatDecimal(text ?? "0", { least: 2, most: 6 });
  const traded = (units: string | null, average: string | null) =>
    units === null ? null : { units: formatDecimal(units), price: price(average) };
  return {
    time: clock.chartTime(bar.time ?? ""),
    open: Number(bar.open),
    high: Number(bar.high),
    low: Number(bar.low),
    close: Number(bar.close),
    bought: traded(bar.bought, bar.buy_price),
    sold: traded(bar.sold, bar.sell_price),
    label: price(bar.close),
  };
}
