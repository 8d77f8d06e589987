import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Page } from "./top-bar.tsx";

/** Pages whose script is loaded by who asks for them. */
const PAGES: Record<Exclude<Page, "account">, () => Promise<FunctionComponent>> = {
  health: () => import("./alert-health.tsx").then(({ AlertHealthView }) => AlertHealthView),
  backtest: () => import("./compare.tsx").then(({ CompareView }) => CompareView),
  strategies: () => import("./strategies.tsx").then(({ StrategiesView }) => StrategiesView),
};

/** One of those pages; another one is another element, by its key. */
export function LazyPage({ name }: { name: keyof typeof PAGES }) {
  const [view, setView] = useState<{ View: FunctionComponent } | null>(null);
  useEffect(() => {
    void PAGES[name]().then((View) => setView({ View }));
  }, []);
  return view === null ? <p class="waiting" role="status">Opening …</p> : <view.View />;
}
