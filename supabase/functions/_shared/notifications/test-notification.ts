import * as z from "zod";
import { HttpError } from "../http/errors.ts";
import type { CallNotifications } from "./wake.ts";

/** What `POST /notifications/test` takes. */
export const testSchema = z.strictObject({ channel: z.string().min(1).max(64) });

export const testResultSchema = z.object({
  channel: z.string(),
  delivered: z.boolean().describe("Whether the receiver answered 2xx."),
  status: z.int().nullable().describe("What it answered."),
  error: z.string().nullable().describe("Why it was not delivered, such as timeout or forbidden_address."),
});

export const unknownChannel = (): HttpError =>
  new HttpError(404, "unknown_channel", "there is no channel of this name", [
    { path: "channel", message: "is not the name of a channel" },
  ]);

/** A test that was sent, or why none was: `unknown_channel`, or `unavailable` when nobody could say. */
export type TestResult = { ok: true; result: z.output<typeof testResultSchema> } | {
  ok: false;
  code: "unknown_channel" | "unavailable";
};

/** Milliseconds: the sender's own deadline, and what lies around it. */
const DEADLINE = 15_000;

/**
 * Has a test sent to a channel by the function `notifications`, which alone dials addresses that users choose. Never
 * throws.
 */
export async function sendTestNotification(call: CallNotifications, channel: string): Promise<TestResult> {
  try {
    const response = await call("/test", { channel }, AbortSignal.timeout(DEADLINE));
    const body: unknown = await response.json();
    if (response.status === 404) return { ok: false, code: "unknown_channel" };
    const parsed = testResultSchema.safeParse(body);
    return response.ok && parsed.success
      ? { ok: true, result: parsed.data }
      : { ok: false, code: "unavailable" };
  } catch {
    return { ok: false, code: "unavailable" };
  }
}
