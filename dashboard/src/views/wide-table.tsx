import type { ComponentChildren } from "preact";

/** A table that scrolls by itself where it is wider than its place. */
export function WideTable({ look, label, head, children }: {
  /** How it is drawn: a class of the style sheet. */
  look: "bars" | "matrix" | "rows";
  label: string;
  /** The cells of its head. */
  head: ComponentChildren;
  /** Its rows. */
  children: ComponentChildren;
}) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table class={look}>
        <thead>
          <tr>{head}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
