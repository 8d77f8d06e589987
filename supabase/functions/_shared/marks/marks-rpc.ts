import * as z from "zod";
import { createAsk } from "../database/ask.ts";
import type { DatabaseClient } from "../database/client.ts";
import { sourceSchema } from "./source.ts";

const symbolSchema = z.object({
  /** As accounts know it. */
  symbol: z.string(),
  /** Empty: no alert named one. */
  exchange: z.string(),
  read_until: z.string().nullable(),
  price: z.string().nullable(),
  /** What the operator chose for it. */
  source: z.string().nullable(),
  name: z.string().nullable(),
  /** Whether its price may be 0 or below. */
  allow_nonpositive: z.boolean(),
  accounts: z.array(z.object({
    account: z.string(),
    watched_from: z.string(),
    price: z.string().nullable(),
    marked_at: z.string().nullable(),
  })),
});
/** A symbol that is due, and who holds it or has resting orders in it, since when, with its last mark there. */
export type DueSymbol = z.output<typeof symbolSchema>;

const claimSchema = z.object({
  lease: z.string(),
  sources: z.array(sourceSchema),
  symbols: z.array(symbolSchema),
});
/** What is due now, and this caller's to do. */
export type Claim = z.output<typeof claimSchema>;

export interface SymbolResult {
  symbol: string;
  exchange: string;
  source: string | null;
  /** ISO 8601; null: no further than before. */
  read_until: string | null;
  /** Close of the last bar that was booked. */
  price: string | null;
  /** When that bar ended, ISO 8601. */
  price_at: string | null;
  problem: string | null;
  held_back: { at: string; open: string; high: string; low: string; close: string } | null;
}

export type MarkStore = ReturnType<typeof createMarkStore>;

/** What is to be marked. Every call throws a DatabaseError when the database does not answer as it should. */
export function createMarkStore(database: DatabaseClient) {
  const ask = createAsk(database, 6_000);
  return {
    claim: (at: number): Promise<Claim> =>
      ask(claimSchema, "claim_marks", { at: new Date(at).toISOString() }),
    /** `pauses`: until when sources asked to be left alone, by name. */
    async record(
      lease: string,
      at: number,
      results: readonly SymbolResult[],
      pauses: Record<string, string>,
    ) {
      await ask(z.number(), "record_marks", { lease, at: new Date(at).toISOString(), results, pauses });
    },
  };
}
