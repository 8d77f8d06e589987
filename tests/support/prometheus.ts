import parse from "parse-prometheus-text-format";

/** One figure, as the scrape has it. */
export interface Figure {
  labels: Record<string, string>;
  value: number;
}

/** A histogram of one set of labels: buckets in the order of their bounds, the last of which is infinite. */
export interface Histogram {
  labels: Record<string, string>;
  bounds: number[];
  buckets: number[];
  count: number;
  sum: number;
}

/** A metric as the parser reads it; every number is text. */
interface Family {
  name: string;
  help: string;
  type: string;
  metrics: { labels?: Record<string, string>; value?: string }[];
}

/** Reads what Prometheus would; the package's code came from Prometheus's own client for Python. It has no types. */
export const parsePrometheus: (text: string) => (Family & { metrics: Record<string, unknown>[] })[] = parse;

/** What each metric of a scrape is: COUNTER, GAUGE or HISTOGRAM. */
export const typesOf = (text: string): Map<string, string> =>
  new Map(parsePrometheus(text).map(({ name, type }) => [name, type]));

/**
 * Every figure of a scrape, by name. The parser throws histograms of different labels together (1.1.1), so it is not told
 * that they are such, and gets their lines name by name: then it reads each as it stands.
 */
export function figuresOf(text: string): Map<string, Figure[]> {
  const lines = text.split("\n").filter((line) => !line.startsWith("#")).sort();
  const families: Family[] = parsePrometheus(`${lines.join("\n")}\n`);
  return new Map(families.map(({ name, metrics }) => [
    name,
    metrics.map(({ labels = {}, value }) => ({ labels, value: Number(value) })),
  ]));
}

/** The histograms of one name. */
export function histogramsOf(figures: ReadonlyMap<string, Figure[]>, name: string): Histogram[] {
  const key = (labels: Record<string, string>) => JSON.stringify(Object.entries(labels).sort());
  const one = (suffix: string, labels: string) =>
    figures.get(name + suffix)?.find((figure) => key(figure.labels) === labels)?.value ?? NaN;
  const groups = Map.groupBy(
    figures.get(`${name}_bucket`) ?? [],
    ({ labels: { le: _, ...labels } }) => key(labels),
  );
  return [...groups].map(([labels, group]) => {
    const sorted = group
      .map(({ labels: { le }, value }) => ({ bound: le === "+Inf" ? Infinity : Number(le), value }))
      .sort((a, b) => a.bound - b.bound);
    return {
      labels: Object.fromEntries(JSON.parse(labels)),
      bounds: sorted.map(({ bound }) => bound),
      buckets: sorted.map(({ value }) => value),
      count: one("_count", labels),
      sum: one("_sum", labels),
    };
  });
}
