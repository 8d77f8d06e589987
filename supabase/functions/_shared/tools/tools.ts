import * as z from "zod";
import { accountTools } from "./accounts.ts";
import { checkTools } from "./checks.ts";
import { instrumentTools } from "./instruments.ts";
import { notificationTools } from "./notifications.ts";
import { orderTools } from "./orders.ts";
import { shadowTools } from "./shadows.ts";
import type { Tool } from "./tool.ts";

/** What an operator can have done by `POST /tools/<tool-name>`, in the order in which it is listed. */
export const TOOLS = {
  ...orderTools,
  ...accountTools,
  ...instrumentTools,
  ...checkTools,
  ...shadowTools,
  ...notificationTools,
} satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;

export const toolNameSchema = z.enum(Object.keys(TOOLS) as ToolName[]);
