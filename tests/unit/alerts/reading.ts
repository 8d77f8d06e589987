import assert from "node:assert/strict";
import { readAlerts } from "../../../supabase/functions/_shared/alerts/read-alerts.ts";
import type { ReadingOptions } from "../../../supabase/functions/_shared/alerts/read-message.ts";
import { readBody } from "../../../supabase/functions/_shared/alerts/read-body.ts";
import { takeKeys } from "../../../supabase/functions/_shared/alerts/secret.ts";
import { createStrike } from "../../../supabase/functions/_shared/auth/strike.ts";
import type { CanonicalAlert, Problem } from "../../../supabase/functions/_shared/validators.ts";

export const NOW = Date.parse("2026-11-24T00:00:00Z");

/** Reads the bytes of a body as the function does; `secret` is the key that was in it. */
export function readBytes(bytes: Uint8Array, options: Partial<ReadingOptions> = {}) {
  const body = takeKeys(readBody(bytes));
  const { key: secret, isArray } = body;
  return {
    secret,
    isArray,
    ...readAlerts(body, { now: NOW, strike: createStrike(body.secrets), ...options }),
  };
}

/** Reads a body: text as it is, anything else as JSON. */
export function read(body: unknown, options: Partial<ReadingOptions> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return readBytes(new TextEncoder().encode(text), options);
}

/** The one alert that a body is read as. */
export function alertOf(body: unknown, options: Partial<ReadingOptions> = {}): CanonicalAlert {
  const result = read(body, options);
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.problems));
  const [first] = result.alerts;
  assert.ok(first !== undefined && result.alerts.length === 1);
  return first.alert;
}

/** What is listed beside what a body was read as. */
export function ignoredOf(body: unknown): string[] {
  const result = read(body);
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.problems));
  return result.alerts.flatMap(({ ignored }) => ignored);
}

/** What is wrong with a body. */
export function problemsOf(body: unknown, options: Partial<ReadingOptions> = {}): Problem[] {
  const result = read(body, options);
  assert.ok(!result.ok, "the body was read, but should have been refused");
  return result.problems;
}

/** Where a body is wrong. */
export function pathsOf(body: unknown, options: Partial<ReadingOptions> = {}): string[] {
  return problemsOf(body, options).map(({ path }) => path);
}

/** A plain buy, with changes. */
export function buy(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { symbol: "AAPL", action: "buy", quantity: "1", price: "10", ...changes };
}
