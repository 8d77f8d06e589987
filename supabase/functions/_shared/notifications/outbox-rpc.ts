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

export type Outbox = ReturnType<typeof createOutbox>;

/** The outbox. Every call throws a {@link DatabaseError} when the database does not answer as it should. */
export function createOutbox(database: DatabaseClient) {
  const ask = createAsk(database);
  return {
    /** Puts in what no alert brings about: daily summaries, alerts that never came. Each is there once. */
    async enqueueTimed() {
      await ask(z.number(), "enqueue_timed_events", {});
    },
    /** One line that is due, held for `leaseSeconds`; null when none is. */
    async claim(leaseSeconds: number): Promise<ChannelLine | null> {
      const [line = null] = await ask(z.array(lineSchema), "claim_notifications", {
        lines: 1,
        lease_seconds: leaseSeconds,
      });
      return line;
    },
    /** It arrived. */
    async complete(id: string, lease: string) {
      await ask(z.boolean(), "complete_notification", { id, lease });
    },
    /** It did not: what becomes of it, and whether its channel was taken out of use. */
    fail: (id: string, lease: string, { error, retryAfter, refused }: Failed) =>
      ask(failureSchema, "fail_notification", { id, lease, error, retry_after: retryAfter, refused }),
    /** Gives back what is held and was not sent. */
    async release(lease: string) {
      await ask(z.number(), "release_notifications", { lease });
    },
    /** Whether there are channels, and something to send now. */
    work: (signal: AbortSignal) =>
      ask(z.object({ channels: z.number(), due: z.boolean() }), "notification_work", {}, signal),
    /** The channel of that name; null when there is none. */
    async channel(name: string): Promise<Channel | null> {
      try {
        return await ask(channelSchema, "notification_target", { channel: name });
      } catch (error) {
        if (error instanceof DatabaseError && error.message === "PT404") return null;
        throw error;
      }
    },
  };
}
