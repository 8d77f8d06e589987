import { encodingOf } from "../../../supabase/functions/_shared/backtest/encoding.ts";
import type { Client } from "./client.ts";
import { claimsOf, type Connection } from "./connection.ts";

/** What an import is told. */
export type ImportArguments = Record<"account" | "symbol" | "time_zone" | "commission", string>;

/** What came of it. */
export interface Imported {
  orders: number;
  booked: number;
  open_trades: number;
  next: number | null;
  check: null | {
    equal: boolean;
    flat_points: number;
    differing: number;
    profit: string;
    file_profit: string;
  };
}

/**
 * Sends a file to the tool import_backtest, until all of it is booked.
 *
 * @param key an API key of scope admin; it goes nowhere else, and is not kept
 * @param onProgress told of the orders that are booked, between calls
 * @throws Error why it ended, in words for the reader
 */
export async function importBacktest(
  { client, connection }: { client: Client; connection: Connection },
  key: string,
  file: File,
  given: ImportArguments,
  onProgress: (booked: number, orders: number) => void,
): Promise<Imported> {
  const text = await textOf(file);
  const owner_id = await ownerOf(client, connection);
  let booked = 0;
  for (let from = 1;;) {
    const result = await call(connection, key, { ...given, owner_id, file: text, from });
    booked += result.booked;
    if (result.next === null) return { ...result, booked };
    onProgress(result.next - 1, result.orders);
    from = result.next;
  }
}

/** A CSV as its text; a workbook, which is a ZIP archive, in base64. */
async function textOf(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return new TextDecoder(encodingOf(bytes)).decode(bytes);
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Who is to see the baseline account: whoever is signed in. */
const ownerOf = async (client: Client, { user_jwt }: Connection): Promise<string | null> =>
  (user_jwt === undefined
    ? (await client.auth.getSession()).data.session?.user.id
    : claimsOf(user_jwt).sub) ?? null;

async function call({ url }: Connection, key: string, body: Record<string, unknown>): Promise<Imported> {
  const response = await fetch(`${url}/functions/v1/tools/import_backtest`, {
    method: "POST",
    headers: { "x-api-key": key, "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (response === null) {
    throw new Error("The project does not answer. Nothing is lost: import the file again.");
  }
  const answer = await response.json().catch(() => null) as Answer | null;
  if (answer?.result !== undefined) return answer.result;
  const { message, details = [] } = answer?.error ?? { message: "the answer makes no sense" };
  throw new Error([message, ...details.map(({ path, message }) => `${path} ${message}`.trim())].join(": "));
}

interface Answer {
  result?: Imported;
  error?: { message: string; details?: { path: string; message: string }[] };
}
