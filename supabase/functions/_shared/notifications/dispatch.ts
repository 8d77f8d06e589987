import type { Log } from "../observability/log.ts";
import { toMessage } from "./formats.ts";
import type { Channel, ChannelLine, Notification, Outbox } from "./outbox-rpc.ts";
import type { Send, Sent } from "./send.ts";

/** Answers that mean this message, which would be refused again, and not the receiver. */
const REFUSED: readonly (number | null)[] = [400, 410, 413, 422];

/** How many notifications one run sent, and how many did not arrive. */
type Dispatched = { delivered: number; failed: number };

/** Milliseconds that the sender takes at most for one message, and after which no further line is begun. */
const SEND_MS = 10_000;
const RUN_MS = 20_000;
/** How long a line is held; nothing of it is sent that might not be over by then. */
const LEASE_SECONDS = 60;

/**
 * Makes a dispatcher. Several may run at once, anywhere: each line is sent by one, in its order, and at least once.
 *
 * @param lanes lines sent at a time: a receiver that hangs holds up one
 */
export function createDispatch(
  { outbox, send, log, lanes = 4, now = Date.now }: {
    outbox: Outbox;
    send: Send;
    log: Log;
    lanes?: number;
    now?: () => number;
  },
) {
  /** Sends one; a channel whose values make no message is one more that cannot be reached. */
  function attempt(channel: Channel, notification: Notification): Promise<Sent> {
    try {
      return send(toMessage(channel, notification, now()));
    } catch {
      return Promise.resolve({ ok: false, code: "invalid_message", status: null, retryAfter: null });
    }
  }

  /** Sends a line as far as its receiver takes it, past what it refuses. */
  async function deliver(
    { lease, channel, notifications }: ChannelLine,
    total: Dispatched,
    claimedAt: number,
  ): Promise<void> {
    const lastStart = claimedAt + LEASE_SECONDS * 1_000 - SEND_MS - 1_000;
    for (const notification of notifications) {
      if (now() > lastStart) return await outbox.release(lease);
      const sent = await attempt(channel, notification);
      const facts = { channel: channel.name, event: notification.event, message_id: notification.message_id };
      if (sent.ok) {
        total.delivered++;
        await outbox.complete(notification.id, lease);
        continue;
      }
      total.failed++;
      const refused = REFUSED.includes(sent.status);
      const failure = await outbox.fail(notification.id, lease, {
        error: errorOf(sent),
        retryAfter: sent.retryAfter,
        refused,
      });
      const { status, channel_disabled: disabled } = failure;
      log(disabled ? "error" : "warn", "notification not delivered", {
        ...facts,
        error: errorOf(sent),
        status,
      });
      if (disabled) log("error", "notification channel disabled", { channel: channel.name });
      if (disabled || !refused || status === "lost") return;
    }
  }

  async function lane(total: Dispatched, until: number): Promise<void> {
    while (now() < until) {
      const claimedAt = now();
      const line = await outbox.claim(LEASE_SECONDS);
      if (line === null) return;
      await deliver(line, total, claimedAt);
    }
  }

  return async (): Promise<Dispatched> => {
    const total = { delivered: 0, failed: 0 };
    const until = now() + RUN_MS;
    await outbox.enqueueTimed();
    // One that fails leaves the others their work; what it held is free when its lease is over.
    const ended = await Promise.allSettled(Array.from({ length: lanes }, () => lane(total, until)));
    const broken = ended.find((end) => end.status === "rejected");
    if (broken !== undefined) throw broken.reason;
    return total;
  };
}

const errorOf = ({ code, status }: Extract<Sent, { ok: false }>): string =>
  status === null ? code : `${code} ${status}`;
