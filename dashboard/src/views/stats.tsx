/** A figure with its name; title: what it counts. */
export type Cell = { name: string; value: string; tone?: string; title?: string };

/** Figures side by side. */
export function Stats({ cells }: { cells: readonly Cell[] }) {
  return (
    <dl class="stats">
      {cells.map(({ name, value, tone = "", title }) => (
        <div key={name} title={title}>
          <dt>{name}</dt>
          <dd class={tone}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
