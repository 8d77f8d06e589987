import { createAfterChanges } from "./after-changes.ts";
import { createBookWaiting, createSendBatch } from "./alerts/booking-rpc.ts";
import { createGroupCommit } from "./alerts/group-commit.ts";
import { cacheService, config, database, log } from "./isolate.ts";
import { sendTestNotification } from "./notifications/test-notification.ts";
import { createCallNotifications } from "./notifications/wake.ts";
import { createCallRpc } from "./tools/call-rpc.ts";
import { readImport } from "./tools/read-import.ts";
import type { ToolBackend } from "./tools/use-tool.ts";

const callNotifications = createCallNotifications(config);

export const toolBackend: ToolBackend = {
  rpc: createCallRpc(database),
  book: createGroupCommit({
    send: createSendBatch(database, "process_alerts"),
    bookWaiting: createBookWaiting(database),
  }),
  onChanged: createAfterChanges({ cache: cacheService, database, config, log }),
  readImport,
  sendTest: (channel: string) => sendTestNotification(callNotifications, channel),
};
