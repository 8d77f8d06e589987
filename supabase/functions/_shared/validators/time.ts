import { writtenOffset } from "../time/zone.ts";
import type { Read } from "./decimal.ts";

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|z|UTC|[+-](?:0\d|1[0-4]):?[0-5]\d)?$/;
const EPOCH = /^(\d{9,13})(?:\.\d{1,9})?$/;

const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** Below this, a number counts seconds; from here on milliseconds (which pass it in March 1973). */
const FIRST_MILLISECONDS = 1e11;

/**
 * Reads ISO 8601 (`2026-11-20T14:30:00Z`, any offset; without one it is UTC, as TradingView's placeholders are)
 * or epoch seconds or milliseconds. The answer is in UTC, with milliseconds only when there are any.
 */
export function readTime(text: string): Read<string> {
  const written = text.trim();
  const epoch = EPOCH.exec(written);
  const time = epoch === null ? fromIso(written) : fromEpoch(Number(epoch[0]));
  if (Number.isNaN(time)) {
    return {
      ok: false,
      message: "is not a time: send ISO 8601, like 2026-11-20T14:30:00Z, or epoch seconds",
    };
  }
  if (time < EARLIEST) return { ok: false, message: "is before the year 2000" };
  if (time >= LATEST) return { ok: false, message: "is after the year 2099" };
  return { ok: true, value: new Date(time).toISOString().replace(".000Z", "Z") };
}

function fromEpoch(count: number): number {
  return Math.floor(count < FIRST_MILLISECONDS ? count * 1000 : count);
}

function fromIso(written: string): number {
  const match = ISO.exec(written);
  if (match === null) return NaN;
  const [, year, month, day, hour, minute, second = "00", fraction = "", zone = "Z"] = match;
  const clock = `${year}-${month}-${day}T${hour}:${minute}`;
  const local = Date.parse(`${clock}:${second}.${fraction.padEnd(3, "0").slice(0, 3)}Z`);
  // Date.parse rolls 30 February over into March: a date that does not come back as it went in does not exist.
  const isSame = !Number.isNaN(local) && new Date(local).toISOString().startsWith(clock);
  return isSame ? local - writtenOffset(zone) : NaN;
}
