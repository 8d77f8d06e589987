import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { ApiError } from "../api/client.ts";
import type { Read } from "../store/reader.ts";

/** A part of the page with a title, and to the right of it what it can be asked. */
export function Panel(
  { title, name, tools, children }: {
    title: ComponentChildren;
    /** Its class, and its place in the grid. */
    name: string;
    tools?: ComponentChildren;
    children: ComponentChildren;
  },
) {
  const id = useId();
  return (
    <section class={`panel ${name}`} aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>{title}</h2>
        {tools}
      </div>
      {children}
    </section>
  );
}

/** What a read came to: its trouble while there is nothing else, `empty` in words when it found nothing, else its children. */
export function Outcome<T>(
  { read, what, isEmpty = () => false, empty, children }: {
    read: Read<T> & { stale: boolean };
    what: string;
    isEmpty?: (data: T) => boolean;
    empty?: ComponentChildren;
    children: (data: T) => ComponentChildren;
  },
) {
  if (read.data === null) {
    return read.error === null
      ? <div class="skeleton" role="status" aria-label={`Loading: ${what}`} />
      : <Trouble error={read.error} what={what} />;
  }
  if (isEmpty(read.data)) return <div class="empty">{empty}</div>;
  return <div class={read.stale ? "outcome is-stale" : "outcome"}>{children(read.data)}</div>;
}

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
