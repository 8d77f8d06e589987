import type { ApiError } from "../api/client.ts";

/** Why something is missing, and what to do. It goes away by itself: what failed is tried again. */
export function Trouble({ error, what }: { error: ApiError; what: string }) {
  return (
    <div class="trouble" role="alert">
      <strong>{what} {error.isBusy ? "must wait" : "cannot be read"}.</strong>
      <p>{error.message} {error.hint}</p>
      <p class="note">Trying again by itself.</p>
    </div>
  );
}
