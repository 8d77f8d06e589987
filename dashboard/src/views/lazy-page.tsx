import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Pages whose script is loaded by who asks for them. */
const PAGES = {
  health: () => import("./alert-health/alert-health-view.tsx").then(({ AlertHealthView }) => AlertHealthView),
  backtest: () => import("./compare/compare-view.tsx").then(({ CompareView }) => CompareView),
  strategies: () => import("./strategies/strategies-view.tsx").then(({ StrategiesView }) => StrategiesView),
};

export type LazyPageName = keyof typeof PAGES;

/** One of those pages; another one is another element, by its key. */
export function LazyPage({ name }: { name: LazyPageName }) {
  const [view, setView] = useState<{ View: FunctionComponent } | null>(null);
  useEffect(() => {
    void PAGES[name]().then((View) => setView({ View }));
  }, []);
  return view === null ? <p class="waiting" role="status">Opening …</p> : <view.View />;
}
