import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { HealthStrip } from "./health-strip.tsx";

/** A page whose script is loaded by who asks for it. */
function furtherPage(load: () => Promise<FunctionComponent>): FunctionComponent {
  return () => {
    const [loaded, setLoaded] = useState<{ View: FunctionComponent } | null>(null);
    useEffect(() => {
      void load().then((View) => setLoaded({ View }));
    }, []);
    return (
      <>
        {loaded === null ? <p class="waiting" role="status">Opening …</p> : <loaded.View />}
        <HealthStrip />
      </>
    );
  };
}

/** The comparison with a backtest. */
export const ComparePage = furtherPage(() =>
  import("./compare/compare-view.tsx").then(({ CompareView }) => CompareView)
);

/** Whether every alert came, and how soon. */
export const AlertHealthPage = furtherPage(() =>
  import("./alert-health/alert-health-view.tsx").then(({ AlertHealthView }) => AlertHealthView)
);
