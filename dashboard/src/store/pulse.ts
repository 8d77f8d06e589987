import { doubling } from "../../../supabase/functions/_shared/time/backoff.ts";
import type { ApiError } from "../api/client.ts";
import { settle } from "./reader.ts";

/** How often a visible page asks whether anything changed; an alert is on it within two of these. */
const BEAT_MS = 900;
/** After failures the next attempt waits longer each time, up to this. */
const SLOWEST_MS = 10_000;

/** Who is told how the beats go. */
export interface Listener<T> {
  onBeat(value: T): void;
  /** An attempt failed; the next one follows by itself. */
  onFailure(error: ApiError): void;
}

/**
 * Asks again and again while the page is visible, one call at a time, and at once when it becomes visible or online.
 * Returns what ends it.
 */
export function startPulse<T>(read: () => Promise<T>, listener: Listener<T>, everyMs = BEAT_MS): () => void {
  let timer: number | undefined;
  let asking = false;
  let failures = 0;
  let ended = false;

  const beat = async () => {
    clearTimeout(timer);
    if (asking || ended || document.hidden) return;
    asking = true;
    const { error } = await settle(async () => {
      const value = await read();
      if (!ended) listener.onBeat(value);
    });
    asking = false;
    failures = error === null ? 0 : failures + 1;
    if (ended) return;
    if (error !== null) listener.onFailure(error);
    timer = setTimeout(beat, doubling(failures, everyMs, Math.max(SLOWEST_MS, everyMs)));
  };

  const now = () => void beat();
  document.addEventListener("visibilitychange", now);
  addEventListener("online", now);
  now();
  return () => {
    ended = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", now);
    removeEventListener("online", now);
  };
}
