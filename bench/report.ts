import { inRepository, readTextIfAny } from "../local/paths.ts";
import { median, row, spread, table } from "./table.ts";

/** A measured quantity, once a round, with how long each of it took where that was measured. */
interface Figure {
  unit: string;
  values: number[];
  p50: number[];
  p99: number[];
}

/** Milliseconds. */
interface Latency {
  p50: number;
  p99: number;
}

/** A ratio of two figures of one run, and what the project promises of it. */
interface Ratio {
  name: string;
  value: number;
  promised: string;
}

/** What a run measured: figures with their spread, and ratios with what is promised of them. */
export class Report {
  readonly #figures = new Map<string, Figure>();
  readonly #ratios: Ratio[] = [];

  add(name: string, unit: string, value: number, latency?: Latency): void {
    const figure = this.#figures.get(name) ?? { unit, values: [], p50: [], p99: [] };
    figure.values.push(value);
    if (latency !== undefined) {
      figure.p50.push(latency.p50);
      figure.p99.push(latency.p99);
    }
    this.#figures.set(name, figure);
    say(`  ${name}: ${round(value)} ${unit}`);
  }

  /** Compares the medians of two figures, or of their p50. */
  ratio(name: string, figure: string, by: string, promised: string, of: "values" | "p50" = "values"): void {
    const medianOf = (each: string) => median(this.#figures.get(each)?.[of] ?? []);
    this.#ratios.push({ name, value: medianOf(figure) / medianOf(by), promised });
  }

  /** Both tables, as Markdown. */
  toString(): string {
    const figures = [...this.#figures].map(([name, { unit, values, p50, p99 }]) =>
      row(name, `${round(median(values))} ${unit}`, spread(values), ...[p50, p99].map(cell))
    );
    const ratios = this.#ratios.map(({ name, value, promised }) => row(name, value.toFixed(2), promised));
    return [
      table(["what", "median", "spread", "p50 ms", "p99 ms"], figures),
      ...ratios.length === 0 ? [] : [table(["ratio", "measured", "goal"], ratios)],
    ].join("\n");
  }

  /** Medians, and the ratios. */
  toJSON() {
    return {
      figures: Object.fromEntries(
        [...this.#figures].map(([name, { unit, values, p50, p99 }]) => {
          const latency = p50.length === 0 ? {} : { p50_ms: median(p50), p99_ms: median(p99) };
          return [name, { unit, median: median(values), ...latency }];
        }),
      ),
      ratios: this.#ratios,
    };
  }
}

const cell = (values: number[]) => values.length === 0 ? "" : round(median(values));
const round = (value: number) => value >= 100 ? value.toFixed(0) : value.toFixed(1);

/** Keeps what was measured in `bench/results.json`, beside what other benchmarks left there: the documents quote it. */
export async function keep(report: Report): Promise<void> {
  const path = inRepository("bench", "results.json");
  const earlier = JSON.parse(await readTextIfAny(path) ?? '{"figures":{},"ratios":[]}');
  const { figures, ratios } = report.toJSON();
  const others = earlier.ratios.filter(({ name }: Ratio) => !ratios.some((ratio) => ratio.name === name));
  const all = { figures: { ...earlier.figures, ...figures }, ratios: [...ratios, ...others] };
  await Deno.writeTextFile(path, `${JSON.stringify(all, null, 2)}\n`);
}

/** Progress, beside the table on standard output. */
export const say = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
