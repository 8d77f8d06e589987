import * as z from "zod";
import { admitProject, type ProjectAccess } from "../auth/project-access.ts";
import type { AppContext, AppHandler } from "../http/app.ts";
import { readBytes } from "../http/body.ts";
import { HttpError, unavailable } from "../http/errors.ts";
import { toMessage } from "./formats.ts";
import type { Outbox } from "./outbox-rpc.ts";
import type { Send } from "./send.ts";
import { testSchema, unknownChannel } from "./test-notification.ts";

/** `POST /notifications/test` with `{ "channel": name }`: sends a test at once, past the outbox; answers what became of it. */
export function testNotification(
  access: ProjectAccess,
  outbox: Pick<Outbox, "channel">,
  send: Send,
): AppHandler {
  return async (context) => {
    admitProject(context, access);
    const { channel: name } = await readTest(context);
    const channel = await outbox.channel(name).catch(() => {
      throw unavailable("the database does not answer: try again");
    });
    if (channel === null) throw unknownChannel();
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

async function readTest(context: AppContext): Promise<z.output<typeof testSchema>> {
  const bytes = await readBytes(context.req.raw, 4_096);
  try {
    return testSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw new HttpError(400, "invalid_body", 'send {"channel": "<name>"}', [
      { path: "channel", message: "is not the name of a channel" },
    ]);
  }
}
