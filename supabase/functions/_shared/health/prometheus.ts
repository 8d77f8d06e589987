import type { ApiKeyAuthService } from "../auth/api-keys.ts";
import { admit, requireAccount } from "../auth/authorize.ts";
import type { FetchMetrics } from "../database/metrics-rpc.ts";
import type { AppHandler } from "../http/app.ts";
import { type Definition, DEFINITIONS } from "../observability/definitions.ts";
import type { Labels, Sample } from "../observability/metrics.ts";

/** What every name begins with, so that it is known among those of other software. */
const PREFIX = "supabase_automation_";

export const PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Samples as Prometheus reads them (text exposition format 0.0.4). A histogram's samples are those of its buckets, each
 * apart (`…_bucket` with `le`), and of its `…_sum`; here they become cumulative, and get their count.
 */
export function toPrometheus(samples: readonly Sample[]): string {
  const byName = Map.groupBy(samples, ({ name }) => name);
  const named = (name: string) => byName.get(name) ?? [];
  const lines: string[] = [];
  for (const [name, definition] of Object.entries<Definition>(DEFINITIONS)) {
    const own = definition.type === "histogram"
      ? histogramLines(name, definition.buckets ?? [], named(`${name}_bucket`), named(`${name}_sum`))
      : named(name).map(({ labels, value }) => line(name, labels, value));
    if (own.length === 0) continue;
    lines.push(
      `# HELP ${PREFIX}${name} ${definition.help}`,
      `# TYPE ${PREFIX}${name} ${definition.type}`,
      ...own,
    );
  }
  return lines.join("\n") + "\n";
}

function histogramLines(
  name: string,
  bounds: readonly number[],
  buckets: readonly Sample[],
  sums: readonly Sample[],
): string[] {
  const sumOf = new Map(sums.map(({ labels, value }) => [keyOf(labels), value]));
  const groups = Map.groupBy(buckets, ({ labels: { le: _, ...labels } }) => keyOf(labels));
  return [...groups].flatMap(([key, group]) => {
    const { le: _, ...labels } = group[0]?.labels ?? {};
    let count = 0;
    const cumulative = [...bounds.map(String), "+Inf"].map((le) => {
      for (const { labels, value } of group) if (labels.le === le) count += value;
      return line(`${name}_bucket`, { ...labels, le }, count);
    });
    return [
      ...cumulative,
      line(`${name}_sum`, labels, sumOf.get(key) ?? 0),
      line(`${name}_count`, labels, count),
    ];
  });
}

const keyOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());

function line(name: string, labels: Labels, value: number): string {
  // An empty label is the same as none.
  const pairs = Object.entries(labels).filter(([, text]) => text !== "")
    .map(([label, text]) => `${label}="${escape(text)}"`);
  return `${PREFIX}${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

const escape = (text: string): string =>
  text.replace(/[\\"\n]/g, (character) => character === "\n" ? "\\n" : `\\${character}`);

/**
 * `GET /health/metrics`: what all isolates counted, summed, and what is going on now, as Prometheus scrapes it. The key
 * needs the scope read, for every account: the counts are of all of them.
 */
export function scrape({ apiKeys, read }: { apiKeys: ApiKeyAuthService; read: FetchMetrics }): AppHandler {
  return async (context) => {
    requireAccount(admit(context, apiKeys, "read"), null, null, "read");
    const live = { name: "api_keys", labels: {}, value: apiKeys.getKeyCount() };
    return context.body(toPrometheus([...await read(), live]), 200, { "content-type": PROMETHEUS_TEXT });
  };
}
