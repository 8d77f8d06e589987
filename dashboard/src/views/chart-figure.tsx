import type { ComponentChildren } from "preact";

/** A chart with its legend above it. */
export function ChartFigure({ host, label, children }: {
  /** Where the chart is drawn. */
  host: { current: HTMLDivElement | null };
  /** What it shows, in words. */
  label: string;
  children: ComponentChildren;
}) {
  return (
    <figure class="chart-figure">
      <figcaption class="legend">{children}</figcaption>
      <div class="chart" ref={host} role="img" aria-label={label} />
    </figure>
  );
}
