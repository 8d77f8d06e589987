import * as z from "zod";
import type { Book } from "../alerts/group-commit.ts";
import { HttpError } from "../http/errors.ts";
import { alertFieldsSchema } from "../validators/canonical-alert.ts";
import { accountName } from "../validators/names.ts";
import type { CallRpc } from "./call-rpc.ts";
import type { readImport } from "./read-import.ts";

/** What tools work with. */
export interface Means {
  rpc: CallRpc;
  book: Book;
  /** Null or left out where nothing sends notifications. */
  sendTest?: SendTest | null;
  /**
   * Reads an exported file. It is handed in by the function that runs tools: one that only describes them has no use for the
   * readers of CSV and workbooks, an eighth of its bundle.
   */
  readImport: typeof readImport;
}

export interface Call extends Means {
  /** The account it acts on: the one that was named, else the key's own, else `default`. */
  account: string;
  keyId: string;
  requestId: string;
  /** When the answer must be there, in milliseconds as Date.now. */
  deadline: number;
}

/** Sends a test to a notification channel; `result` says whether its receiver took it. Never throws. */
export type SendTest = (
  channel: string,
) => Promise<{ ok: true; result: unknown } | { ok: false; code: "unknown_channel" | "unavailable" }>;

/** What an operator can have done. */
export interface Tool {
  /** What it does, for people and programs that choose between tools. */
  description: string;
  /** What it takes; unknown fields are refused, since an operator's typo must not do something else. */
  schema: z.ZodType;
  /** `account`: reads one; `change`: may change one, whose cached reads are void afterwards; `everywhere`: concerns all. */
  scope: "account" | "change" | "everywhere";
  /** It changes nothing, though it concerns all; one of scope `account` never does. */
  reads?: true;
  /** It does what alerts do: a key of scope `trade` may use it for them, besides one of scope `admin`. */
  trades?: true;
  /** It takes nothing away that does not come back: a program that asks its user before what destroys need not ask. */
  keeps?: true;
  /** The same call once more changes nothing more. */
  repeatable?: true;
  /** Largest body, in bytes, of one that takes a file; left out: that of all. */
  bodyLimit?: number;
  /**
   * Does it, and answers what the answer's `result` is.
   *
   * @throws HttpError for arguments that the database refuses, and 503 when it does not answer
   */
  run(input: unknown, call: Call): Promise<unknown>;
}

export const inputSchemaOf = ({ schema }: Tool) =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });

/** Joins a schema and the work on what it reads. */
export function defineTool<Schema extends z.ZodType>(
  tool: Omit<Tool, "schema" | "run"> & {
    schema: Schema;
    run(input: z.output<Schema>, call: Call): Promise<unknown>;
  },
): Tool {
  // The route parses by this very schema before it runs the tool.
  return tool as Tool;
}

/** The account's field, which every tool but those that concern all accounts has. */
export const account = accountName.describe("The account; left out: the key's own, else default.");

/** The field of what concerns one instrument. */
export const instrument = alertFieldsSchema.shape.symbol.refine(
  (symbol) => symbol !== null && symbol !== "*",
  "is missing: name the instrument",
);

/** An operator says twice which account is meant before something is lost. */
export const confirm = z.string("is missing: the name of the account").describe(
  "The account's name once more, exactly: what is done cannot be undone.",
);

/** @throws HttpError 400 for what an operator did not say twice */
export function requireConfirmation(confirmed: string, account: string): void {
  if (confirmed === account) return;
  throw new HttpError(400, "not_confirmed", "confirm must be the name of the account that this is about", [
    { path: "confirm", message: "is not the account's name" },
  ]);
}
