import { createClient, type PostgrestSingleResponse, type SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "../../../supabase/functions/_shared/database/types.ts";
import { Gate } from "../../../supabase/functions/_shared/runtime/gate.ts";
import type { Connection } from "./connection.ts";

export type Client = SupabaseClient<Database>;

/** A client of the project; with a token in the connection it is signed in already, and stays so. */
export function createApi({ url, publishable_key, user_jwt }: Connection): Client {
  return createClient<Database>(
    url,
    publishable_key,
    user_jwt === undefined ? {} : { accessToken: () => Promise.resolve(user_jwt) },
  );
}

/** Why a call failed, in words for the reader. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    message: string,
    /** What to do about it, when the server said so. */
    readonly hint: string | null,
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
  ) {
    super(message);
  }

  /** Whether the session is over: signing in again helps, trying again does not. */
  get isSignedOut(): boolean {
    return this.status === 401;
  }

  /** Whether too many read at once: nothing is wrong, and trying again soon helps. */
  get isBusy(): boolean {
    return this.status === 429;
  }
}

/** No call is waited for longer than this. */
const TIMEOUT_MS = 15_000;
/** What Postgres says of a statement that was not done in its time. */
const TOO_LONG = "57014";

/** A call that was not made yet. */
type Call<T> = { abortSignal(signal: AbortSignal): PromiseLike<PostgrestSingleResponse<T>> };

// The database has six places for the reads of all who are signed in, three of them for what goes through a history
// (trading.take_read_place). A page takes fewer, so that another one finds some, too.
const places = new Gate(4);
const historyPlaces = new Gate(2);

/** The data of a call, made when it is its turn and given a signal that ends it in time. Throws an {@link ApiError}. */
export const ask = <T>(call: Call<T>): Promise<T> => places.pass(() => make(call));

/** {@link ask} for what goes through a history. */
export const askHistory = <T>(call: Call<T>): Promise<T> => historyPlaces.pass(() => ask(call));

async function make<T>(call: Call<T>): Promise<T> {
  const { data, error, status } = await call.abortSignal(AbortSignal.timeout(TIMEOUT_MS));
  if (error === null && data !== null) return data;
  if (status === 0) {
    throw new ApiError("The project does not answer.", "Check that it runs and that you are online.", 0);
  }
  if (error?.code === TOO_LONG) {
    throw new ApiError(
      "It takes the database too long.",
      "Choose a shorter range, or fewer filters.",
      status,
    );
  }
  throw new ApiError(error?.message ?? "The answer is empty.", error?.hint ?? null, status);
}
