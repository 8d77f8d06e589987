import type { Sender } from "../auth/api-keys.ts";
import { requireAccount } from "../auth/authorize.ts";
import { readAs } from "../validators/problem.ts";
import type { Means, Tool } from "./tool.ts";

export interface ToolBackend extends Means {
  /** Told of the account that a tool may have changed, before it is answered. */
  onChanged?: (accounts: readonly string[]) => void;
}

/** What a tool did; without the account where it concerns all of them. */
export type Done = { account?: string; result: unknown };

/**
 * Milliseconds that orders have to be booked in. Longer than an alert gets: no sender gives up after three seconds here, and
 * close_all may have much to do.
 */
const DEADLINE = 8_000;

/**
 * Uses a tool as its schema reads the input. Whether the sender may use it at all is for the caller to ask.
 *
 * @param input what was sent, without any key: its texts are stored and shown
 * @throws HttpError 400 for arguments that it does not take, 403 for another account than the key's, or for all accounts by a
 * key of one, and what the tool throws
 */
export async function useTool(
  tool: Tool,
  input: unknown,
  { sender, requestId }: { sender: Sender; requestId: string },
  { onChanged, ...means }: ToolBackend,
): Promise<Done> {
  const read = readAs(tool.schema, input, ["invalid_arguments", "the tool does not take these arguments"]);
  const { account: named = null } = read as { account?: string | null };
  const account = named ?? sender.account ?? "default";
  requireAccount(sender, tool.scope === "everywhere" ? null : account, "account");
  try {
    const call = { ...means, account, keyId: sender.id, requestId, deadline: Date.now() + DEADLINE };
    const result = await tool.run(read, call);
    return tool.scope === "everywhere" ? { result } : { account, result };
  } finally {
    // Also after a failure: what is not known to have happened may have.
    if (tool.scope === "change") onChanged?.([account]);
  }
}
