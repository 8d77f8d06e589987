import { z } from "zod";
import { HttpError } from "../http/errors.ts";
import { text } from "../validators/fields.ts";
import { account, defineTool } from "./tool.ts";

export const sendTestNotification = defineTool({
  description:
    "Sends a test through the notification channels of an account, or through one, and tells how each went.",
  scope: "account",
  schema: z.strictObject({
    account,
    channel: text(/^[\w-]{1,64}$/, "must be the id of a channel").describe(
      "The id of one channel; left out: all.",
    ),
  }),
  run({ channel }, { account, sendTest }) {
    if (sendTest === null) {
      throw new HttpError(422, "no_notifications", "this project has no notification channels");
    }
    return sendTest({ account, channel });
  },
});
