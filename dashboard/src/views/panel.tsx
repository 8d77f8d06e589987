import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { ApiError } from "../api/client.ts";
import type { Read } from "../store/reader.ts";

interface PanelProps {
  title: ComponentChildren;
  /** Its class, and its place in the grid. */
  name: string;
  /** What it can be asked. */
  tools?: ComponentChildren;
}

/** A part of the page with a title, and to the right of it its tools. */
export function Panel({ title, name, tools, children }: PanelProps & { children: ComponentChildren }) {
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

interface OutcomeProps<T> {
  read: Read<T> & { stale: boolean };
  /** What is read, to speak of while it is not there. */
  what: string;
  /** Whether it found nothing; without this an empty list does. */
  isEmpty?: (data: T) => boolean;
  /** What to say then. */
  empty?: ComponentChildren;
  children: (data: T) => ComponentChildren;
}

/** A panel of something that is read. */
export function ReadPanel<T>({ title, name, tools, below, ...outcome }: PanelProps & OutcomeProps<T> & {
  below?: ComponentChildren;
}) {
  return (
    <Panel {...{ title, name, tools }}>
      <Outcome {...outcome} />
      {below}
    </Panel>
  );
}

/** What a read came to: its trouble while there is nothing else, `empty` in words when it found nothing, else its children. */
export function Outcome<T>({ read, what, isEmpty, empty, children }: OutcomeProps<T>) {
  if (read.data === null) {
    return read.error === null
      ? <div class="skeleton" role="status" aria-label={`Loading: ${what}`} />
      : <Trouble error={read.error} what={what} />;
  }
  const isNothing = isEmpty?.(read.data) ?? (Array.isArray(read.data) && read.data.length === 0);
  if (empty !== undefined && isNothing) return <div class="empty">{empty}</div>;
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

/** What stands where a page will be: why it is not there yet, or its trouble. */
export function Waiting({ error = null, what = "", children }: {
  error?: ApiError | null;
  what?: string;
  children: ComponentChildren;
}) {
  return error === null ? <p class="waiting" role="status">{children}</p> : <Trouble {...{ error, what }} />;
}
