import type { Unsure } from "../api/reads.ts";
import { counted, toneOf } from "../format/figures.ts";
import type { Money } from "../format/money.ts";

/** A figure with its name; one that is not known says why. */
export interface Stat {
  name: string;
  /** null: it is not known. */
  value: string | null;
  tone?: string;
  title?: string;
  reason?: string;
}

/** A figure of those that may not be known. */
export function statOf<Name extends string>(
  title: string,
  data: Unsure<Name> | null,
  name: Name,
  write: (text: string) => string,
): Stat {
  const value: string | null = data?.[name] ?? null;
  return { name: title, value: value === null ? null : write(value), reason: data?.reasons[name] };
}

/** How many there are of what should not be. */
export const bad = (name: string, number: number | null, title: string): Stat => ({
  ...{ name, value: counted(number), title },
  ...(number !== null && number > 0 && { tone: "down" }),
});

/** An amount that is a gain or a loss. */
export const gain = (money: Money, name: string, text: string, title: string): Stat => ({
  ...{ name, value: money.amount(text, { plus: true }), title, tone: toneOf(text) },
});

/** Figures in a row. */
export function Stats({ stats }: { stats: readonly Stat[] }) {
  return (
    <dl class="stats">
      {stats.map(({ name, value, tone = "", title, reason }) => (
        <div key={name} title={title}>
          <dt>{name}</dt>
          <dd class={tone}>{value ?? <Unknown reason={reason} />}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What stands for a figure that is not known: the reason, in words. */
export function Unknown({ reason }: { reason: string | undefined }) {
  return <>–{reason !== undefined && <small class="reason">{reason}</small>}</>;
}
