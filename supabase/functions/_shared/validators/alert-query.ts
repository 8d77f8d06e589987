import * as z from "zod";
import { accountName, strategyName } from "./names.ts";
import { word } from "./fields.ts";

const answer = word(["1", "true", "yes", "0", "false", "no"], "an answer to dry_run");

/**
 * The query of `POST /alerts`: `account` and `strategy` for messages that name none, `dry_run=1` to be told how the
 * alert reads without booking it. A bare `?dry_run` means yes: the harmless reading. Other parameters are ignored.
 */
export const alertQuerySchema = z.object({
  account: accountName,
  strategy: strategyName,
  dry_run: z.preprocess((text) => text === "" ? "1" : text, answer)
    .transform((said) => said === "1" || said === "true" || said === "yes"),
});

/** The options of one request to `POST /alerts`; null where the query says nothing. */
export type AlertQuery = z.output<typeof alertQuerySchema>;
