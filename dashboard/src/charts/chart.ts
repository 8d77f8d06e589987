import type { Palette } from "./palette.ts";

/** A chart on the page. It shows what it is given, and tells where the pointer is. */
export interface Chart<Point> {
  /** Replaces the points; `fit` shows all of them, else a closer look stays where it is. */
  show(points: readonly Point[], fit: boolean): void;
  recolor(palette: Palette): void;
  destroy(): void;
}

/** Makes a chart in an element. It tells of the point under the pointer; null: of none. */
export type CreateChart<Point> = (host: HTMLElement, onPoint: (point: Point | null) => void) => Chart<Point>;
