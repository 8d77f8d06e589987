import * as z from "zod";
import { createAsk, DatabaseError } from "../database/ask.ts";
import type { DatabaseClient } from "../database/client.ts";

/** A receiver, as its sender needs it: with its secrets. Never logged, never answered. */
export const channelSchema = z.object({
  name: z.string(),
  kind: z.enum(["webhook", "discord", "slack", "telegram"]),
  url: z.string().nullable(),
  token: z.string().nullable(),
  chat_id: z.string().nullable(),
  /** Keys of the signatures, the newest first. */
  secrets: z.array(z.string()),
});
export type Channel = z.output<typeof channelSchema>;

const notificationSchema = z.object({
  id: z.string(),
  message_id: z.string(),
  event: z.string(),
  payload: z.record(z.string(), z.unknown()),
  attempts: z.number(),
  created_at: z.string(),
});
/** One event for one channel. Money and quantities in its payload are decimal strings. */
export type Notification = z.output<typeof notificationSchema>;

const lineSchema = z.object({
  lease: z.string(),
  channel: channelSchema,
  notifications: z.array(notificationSchema),
});
/** A channel's events of one account, in the order in which they are to be sent, held by a lease. */
export type ChannelLine = z.output<typeof lineSchema>;

const failureSchema = z.object({
  status: z.enum(["pending", "dead", "lost"]),
  channel_disabled: z.boolean().default(false),
});

/** What became of a message that did not arrive. */
export interface Failed {
  /** A code, and perhaps an HTTP status. */
  error: string;
  /** Seconds; null: by the schedule. */
  retryAfter: number | null;
  /** The receiver would refuse it again: it is not sent again, and does not hold up those behind it. */
  refused: boolean;
}

/** The outbox. Every call throws a {@link DatabaseError} when the database does not answer as it should. */
export interface Outbox {
  /** Puts in what no alert brings about: daily summaries, alerts that never came. Each is there once. */
  enqueueTimed(): Promise<void>;
  /** One line that is due, held for `leaseSeconds`; null when none is. */
  claim(leaseSeconds: number): Promise<ChannelLine | null>;
  /** It arrived. */
  complete(id: string, lease: string): Promise<void>;
  /** It did not: what becomes of it, and whether its channel was taken out of use. */
  fail(id: string, lease: string, failed: Failed): Promise<z.output<typeof failureSchema>>;
  /** Gives back what is held and was not sent. */
  release(lease: string): Promise<void>;
  /** Whether there are channels, and something to send now. */
  work(signal: AbortSignal): Promise<{ channels: number; due: boolean }>;
  /** The channel of that name; null when there is none. */
  channel(name: string): Promise<Channel | null>;
}

const DEADLINE_MS = 5_000;

export function createOutbox(database: DatabaseClient): Outbox {
  const ask = createAsk(database, DEADLINE_MS);
  return {
    async enqueueTimed() {
      await ask(z.number(), "enqueue_timed_events", {});
    },
    async claim(leaseSeconds) {
      const [line = null] = await ask(z.array(lineSchema), "claim_notifications", {
        lines: 1,
        lease_seconds: leaseSeconds,
      });
      return line;
    },
    async complete(id, lease) {
      await ask(z.boolean(), "complete_notification", { id, lease });
    },
    fail: (id, lease, { error, retryAfter, refused }) =>
      ask(failureSchema, "fail_notification", { id, lease, error, retry_after: retryAfter, refused }),
    async release(lease) {
      await ask(z.number(), "release_notifications", { lease });
    },
    work: (signal) =>
      ask(z.object({ channels: z.number(), due: z.boolean() }), "notification_work", {}, signal),
    async channel(name) {
      try {
        return await ask(channelSchema, "notification_target", { channel: name });
      } catch (error) {
        if (error instanceof DatabaseError && error.message === "PT404") return null;
        throw error;
      }
    },
  };
}
