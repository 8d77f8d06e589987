import type { Context, Handler } from "hono";
import * as z from "zod";
import { authorize, presentedKey } from "../auth/authorize.ts";
import type { ApiKeyAuthService } from "../auth/api-keys.ts";
import type { Variables } from "../http/app.ts";
import { isSameDigest, sha256Of } from "../hashing/digest.ts";
import { background } from "../http/background.ts";
import { readBytes } from "../http/body.ts";
import { HttpError, unavailable } from "../http/errors.ts";
import type { Dispatch } from "./dispatch.ts";
import { toMessage } from "./formats.ts";
import type { Outbox } from "./outbox-rpc.ts";
import type { Send } from "./send.ts";
import { testSchema } from "./test-notification.ts";

/** Who may have notifications sent: a key with the scope admin for every account, or this project itself. */
export interface NotificationAccess {
  apiKeys: ApiKeyAuthService;
  /** Keys of the service role, one of which cron and the other functions send as `apikey`. */
  serviceKeys: readonly string[];
}

type NotificationContext = Context<{ Variables: Variables }>;

const isSame = (given: string, wanted: string) => isSameDigest(sha256Of(given), sha256Of(wanted));

function admit(context: NotificationContext, { apiKeys, serviceKeys }: NotificationAccess): void {
  const given = context.req.header("apikey") ?? "";
  if (serviceKeys.some((key) => isSame(given, key))) {
    context.get("logFields").key_id = "service";
    return;
  }
  const sender = authorize(apiKeys, presentedKey(context), "admin");
  context.get("logFields").key_id = sender.id;
  // Channels and what is due are every account's: a key of one account may not even learn a channel's name.
  if (sender.account !== null) {
    throw new HttpError(403, "wrong_account", "this API key may only touch its own account");
  }
}

/** `POST /notifications`: sends what is due; answers how much arrived and how much did not. */
export function dispatchNotifications(
  access: NotificationAccess,
  dispatch: Dispatch,
): Handler<{ Variables: Variables }> {
  return async (context) => {
    admit(context, access);
    const work = dispatch();
    // Who asked may hang up: what was begun is finished.
    background(work);
    const done = await work.catch(() => {
      throw unavailable("the database does not answer: what is due stays so");
    });
    Object.assign(context.get("logFields"), done);
    return context.json({ ...done, request_id: context.get("requestId") });
  };
}

/** `POST /notifications/test` with `{ "channel": name }`: sends a test at once, past the outbox; answers what became of it. */
export function testNotification(
  access: NotificationAccess,
  outbox: Pick<Outbox, "channel">,
  send: Send,
): Handler<{ Variables: Variables }> {
  return async (context) => {
    admit(context, access);
    const { channel: name } = await readTest(context);
    const channel = await outbox.channel(name).catch(() => {
      throw unavailable("the database does not answer: try again");
    });
    if (channel === null) {
      throw new HttpError(404, "unknown_channel", "there is no channel of this name", [
        { path: "channel", message: "is not the name of a channel" },
      ]);
    }
    const sent = await send(toMessage(channel, {
      message_id: `msg_${crypto.randomUUID().replaceAll("-", "")}`,
      event: "test",
      payload: { channel: name, at: new Date().toISOString() },
      created_at: new Date().toISOString(),
    }));
    const { ok, status } = sent;
    return context.json({
      channel: name,
      delivered: ok,
      status,
      error: sent.ok ? null : sent.code,
      request_id: context.get("requestId"),
    });
  };
}

async function readTest(context: NotificationContext): Promise<z.output<typeof testSchema>> {
  const bytes = await readBytes(context.req.raw, 4_096);
  try {
    return testSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw new HttpError(400, "invalid_body", 'send {"channel": "<name>"}', [
      { path: "channel", message: "is not the name of a channel" },
    ]);
  }
}
