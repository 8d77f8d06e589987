import * as z from "zod";
import { HttpError, unavailable } from "../http/errors.ts";
import { unknownChannel } from "../notifications/test-notification.ts";
import { defineTool } from "./tool.ts";

export const notificationTools = {
  send_test_notification: defineTool({
    description: "Sends a test to a notification channel, and says whether its receiver took it.",
    scope: "everywhere",
    keeps: true,
    schema: z.strictObject({
      channel: z.string("is missing: the name of a channel").min(1).max(64).describe("Its name."),
    }),
    async run({ channel }, { sendTest }) {
      if (!sendTest) {
        throw new HttpError(422, "no_notifications", "this project has no notification channels");
      }
      const sent = await sendTest(channel);
      if (sent.ok) return sent.result;
      if (sent.code === "unavailable") throw unavailable("nobody could say whether it arrived: try again");
      throw unknownChannel();
    },
  }),
};
