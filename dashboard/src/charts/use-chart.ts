import { useEffect, useRef, useState } from "preact/hooks";
import { type Chart, type CreateChart, paletteOf } from "./chart.ts";

/** Points, and what draws them. */
export interface Charted<Point> {
  points: Point[];
  create: CreateChart<Point>;
}

/** Points with what draws them, which is a good part of the page's script: it is loaded while they are read, not before. */
export async function withChart<Point>(
  points: Promise<Point[]>,
  create: Promise<CreateChart<Point>>,
): Promise<Charted<Point>> {
  const [read, loaded] = await Promise.all([points, create]);
  return { points: read, create: loaded };
}

/**
 * Keeps a chart in an element: made once, given the points whenever they change, recolored with the page.
 *
 * @param view what is shown: when it changes all of its points are brought into sight
 * @returns where to put it, and the point under the pointer
 */
export function useChart<Point>(
  { points, create }: Charted<Point>,
  view: string,
): { host: { current: HTMLDivElement | null }; point: Point | null } {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart<Point> | null>(null);
  const shown = useRef<string | null>(null);
  const [point, setPoint] = useState<Point | null>(null);

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const made = create(element, setPoint);
    chart.current = made;
    const recolor = () => made.recolor(paletteOf(element));
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const themed = new MutationObserver(recolor);
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    dark.addEventListener("change", recolor);
    return () => {
      dark.removeEventListener("change", recolor);
      themed.disconnect();
      made.destroy();
    };
  }, []);

  useEffect(() => {
    chart.current?.show(points, shown.current !== view);
    shown.current = view;
  }, [points, view]);

  return { host, point };
}
