import type * as z from "zod";
import type { DatabaseClient } from "./client.ts";

/** The database did not answer as it should. The message is a code: the database's own may hold values. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
}

/** Makes what calls RPCs, each for so many milliseconds, and reads what they answer, or throws a {@link DatabaseError}. */
export function createAsk(database: Pick<DatabaseClient, "rpc">, deadlineMs = 5_000) {
  return async <Schema extends z.ZodType>(
    schema: Schema,
    rpc: Parameters<DatabaseClient["rpc"]>[0],
    args: Readonly<Record<string, unknown>>,
    signal = AbortSignal.timeout(deadlineMs),
  ): Promise<z.output<Schema>> => {
    // An id stays text: a double does not hold all of them.
    const { data, error } = await database.rpc(rpc, args as never).abortSignal(signal);
    if (error !== null) throw new DatabaseError(error.code || "no_answer");
    const parsed = schema.safeParse(data);
    if (!parsed.success) throw new DatabaseError("garbled_answer");
    return parsed.data;
  };
}
