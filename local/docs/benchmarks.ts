import { inRepository, readTextIfAny } from "../paths.ts";
import { type Regions, table } from "./regions.ts";

interface Figure {
  unit: string;
  median: number;
  p50_ms?: number;
  p99_ms?: number;
}

/** `bench/results.json`, as `deno task bench` writes it. */
interface Results {
  figures: Record<string, Figure>;
  ratios: { name: string; value: number; promised: string }[];
}

const none =
  "Not measured yet: `deno task bench` writes `bench/results.json`, and `deno task docs:tables` this table.";

/** Parts that have figures of their own, by how those are named: all others are the benchmark's. */
const OWN = {
  "cost-figures": /^CPU per alert|isolates with a lone alert/,
  "cold-figures": /^cold start to the first booked alert/,
  "warm-figures": /^warm-up: /,
  "retention-figures": /year of|of that year/,
  "marks-figures": /^live marks of/,
};

/** What the last kept run measured: every figure, and the ratios that the project promises. */
export async function benchmarkRegions(): Promise<Regions> {
  const text = await readTextIfAny(inRepository("bench", "results.json"));
  if (text === null) {
    const parts = ["benchmark-figures", "benchmark-ratios", ...Object.keys(OWN)];
    return Object.fromEntries(parts.map((part) => [part, none]));
  }
  const { figures, ratios } = JSON.parse(text) as Results;
  const all = Object.entries(figures);
  const isOwn = (name: string) => Object.values(OWN).some((own) => own.test(name));
  const of = (part: keyof typeof OWN) => all.filter(([name]) => OWN[part].test(name));
  /** Figures that the same run has of another checkout, too. */
  const sideBySide = (part: keyof typeof OWN) =>
    table(
      ["what", "today", "before", "ratio"],
      of(part).filter(([name]) => !name.endsWith(BEFORE))
        .flatMap(([name, today]) => besides(name, today, figures[name + BEFORE])),
    );
  const medians = (part: keyof typeof OWN, title = "median") =>
    table(
      ["what", title],
      of(part).map(([name, figure]) => [name.replace(/^warm-up: /, ""), medianOf(figure)]),
    );
  const others = all.filter(([name]) => !isOwn(name)).map(([name, figure]) => [
    ...[name, medianOf(figure)],
    ...[milliseconds(figure.p50_ms), milliseconds(figure.p99_ms)],
  ]);
  return {
    "benchmark-figures": table(["what", "median", "p50", "p99"], others),
    "cost-figures": sideBySide("cost-figures"),
    "cold-figures": sideBySide("cold-figures"),
    "warm-figures": medians("warm-figures"),
    "retention-figures": medians("retention-figures", "takes"),
    "marks-figures": medians("marks-figures"),
    "benchmark-ratios": table(
      ["in one run", "measured", "goal"],
      ratios.map(({ name, value, promised }) => [name, value.toFixed(2), promised]),
    ),
  };
}

/** How the name of a figure ends that another checkout had in the same run (see bench/cost.ts). */
const BEFORE = ", before";

/** A figure and its slowest answers, each beside the other checkout's. */
function besides(name: string, today: Figure, before?: Figure): string[][] {
  const line = (what: string, unit: string, now?: number, then?: number) =>
    now === undefined ? [] : [[
      what,
      `${rounded(now)} ${unit}`,
      then === undefined ? "" : `${rounded(then)} ${unit}`,
      then === undefined ? "" : (now / then).toFixed(2),
    ]];
  return [
    ...line(name, today.unit, today.median, before?.median),
    ...line(`${name}: p99`, "ms", today.p99_ms, before?.p99_ms),
  ];
}

const rounded = (value: number): string => value >= 100 ? value.toFixed(0) : value.toFixed(1);
const medianOf = ({ unit, median }: Figure): string => `${rounded(median)} ${unit}`;
const milliseconds = (value?: number): string => value === undefined ? "" : `${rounded(value)} ms`;
