/** Milliseconds of a setting of Postgres such as `8s`, `1200ms` or `3000`; 0 means no limit; null when it is not set. */
export function duration(text: string | undefined): number | null {
  const [, amount, unit = "ms"] = /^(\d+)\s*(ms|s|min|h)?$/.exec(text ?? "") ?? [];
  if (amount === undefined) return null;
  return Number(amount) * ({ ms: 1, s: 1_000, min: 60_000, h: 3_600_000 }[unit] ?? 1);
}
