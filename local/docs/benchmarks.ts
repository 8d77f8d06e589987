import { inRepository, readTextIfAny } from "../paths.ts";
import { type Regions, table } from "./regions.ts";

/** `bench/results.json`, as `deno task bench` writes it. */
interface Results {
  figures: Record<string, { unit: string; median: number; p50_ms?: number; p99_ms?: number }>;
  ratios: { name: string; value: number; promised: string }[];
}

const none =
  "Not measured yet: `deno task bench` writes `bench/results.json`, and `deno task docs:tables` this table.";

/** What the last kept run measured: every figure, and the ratios that the project promises. */
export async function benchmarkRegions(): Promise<Regions> {
  const text = await readTextIfAny(inRepository("bench", "results.json"));
  if (text === null) {
    return { "benchmark-figures": none, "benchmark-ratios": none, "retention-figures": none };
  }
  const { figures, ratios } = JSON.parse(text) as Results;
  const all = Object.entries(figures);
  const ofRetention = ([name]: typeof all[number]) => /year of|of that year/.test(name);
  return {
    "benchmark-figures": table(
      ["what", "median", "p50", "p99"],
      all.filter((figure) => !ofRetention(figure)).map(([name, { unit, median, p50_ms, p99_ms }]) => [
        name,
        `${rounded(median)} ${unit}`,
        milliseconds(p50_ms),
        milliseconds(p99_ms),
      ]),
    ),
    "retention-figures": table(
      ["what", "takes"],
      all.filter(ofRetention).map(([name, { unit, median }]) => [name, `${rounded(median)} ${unit}`]),
    ),
    "benchmark-ratios": table(
      ["in one run", "measured", "goal"],
      ratios.map(({ name, value, promised }) => [name, value.toFixed(2), promised]),
    ),
  };
}

const rounded = (value: number): string => value >= 100 ? value.toFixed(0) : value.toFixed(1);
const milliseconds = (value?: number): string => value === undefined ? "" : `${rounded(value)} ms`;
