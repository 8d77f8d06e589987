/** A color as the style sheet has it now, by its variable, such as `--accent`. */
export type Palette = (variable: string) => string;

/** Reads the style sheet's colors; `light-dark()` is resolved by giving each to an element. */
export const paletteOf = (host: HTMLElement): Palette => (variable) => {
  const probe = host.appendChild(document.createElement("i"));
  probe.style.color = `var(${variable})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

/** A chart on the page. It shows what it is given, and tells where the pointer is. */
export interface Chart<Point> {
  /** Replaces the points; `fit` shows all of them, else a closer look stays where it is. */
  show(points: readonly Point[], fit: boolean): void;
  recolor(palette: Palette): void;
  destroy(): void;
}

/** Makes a chart in an element. It tells of the point under the pointer; null: of none. */
export type CreateChart<Point> = (host: HTMLElement, onPoint: (point: Point | null) => void) => Chart<Point>;
