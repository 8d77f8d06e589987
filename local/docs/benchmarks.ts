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

/** What the last kept run measured: every figure, and the ratios that the project promises. */
export async function benchmarkRegions(): Promise<Regions> {
  const text = await readTextIfAny(inRepository("bench", "results.json"));
  if (text === null) {
    return {
      "benchmark-figures": none,
      "benchmark-ratios": none,
      "cost-figures": none,
      "cold-figures": none,
      "warm-figures": none,
      "retention-figures": none,
      "marks-figures": none,
    };
  }
  const { figures, ratios } = JSON.parse(text) as Results;
  const all = Object.entries(figures);
  const ofRetention = ([name]: typeof all[number]) => /year of|of that year/.test(name);
  const ofMarks = ([name]: typeof all[number]) => name.startsWith("live marks of");
  const ofCost = ([name]: typeof all[number]) => /^CPU per alert|isolates with a lone alert/.test(name);
  const ofCold = ([name]: typeof all[number]) => name.startsWith("cold start to the first booked alert");
  const ofWarm = ([name]: typeof all[number]) => name.startsWith("warm-up: ");
  /** Figures that the same run has of another checkout, too. */
  const sideBySide = (isOf: typeof ofCost) =>
    table(
      ["what", "today", "before", "ratio"],
      all.filter(isOf).filter(([name]) => !name.endsWith(BEFORE)).flatMap(([name, today]) =>
        besides(name, today, figures[name + BEFORE])
      ),
    );
  return {
    "benchmark-figures": table(
      ["what", "median", "p50", "p99"],
      all.filter((figure) => ![ofRetention, ofCost, ofCold, ofWarm, ofMarks].some((isOf) => isOf(figure)))
        .map((
          [name, { unit, median, p50_ms, p99_ms }],
        ) => [
          name,
          `${rounded(median)} ${unit}`,
          milliseconds(p50_ms),
          milliseconds(p99_ms),
        ]),
    ),
    "cost-figures": sideBySide(ofCost),
    "cold-figures": sideBySide(ofCold),
    "warm-figures": table(
      ["what", "median"],
      all.filter(ofWarm).map(([name, { unit, median }]) => [name.slice(9), `${rounded(median)} ${unit}`]),
    ),
    "retention-figures": table(
      ["what", "takes"],
      all.filter(ofRetention).map(([name, { unit, median }]) => [name, `${rounded(median)} ${unit}`]),
    ),
    "marks-figures": table(
      ["what", "median"],
      all.filter(ofMarks).map(([name, { unit, median }]) => [name, `${rounded(median)} ${unit}`]),
    ),
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
const milliseconds = (value?: number): string => value === undefined ? "" : `${rounded(value)} ms`;
