import { useEffect, useState } from "preact/hooks";
import { HealthStrip } from "./health-strip.tsx";

type View = typeof import("./compare/compare-view.tsx").CompareView;

/** The comparison with a backtest, whose script is loaded by who asks for it. */
export function ComparePage() {
  const [view, setView] = useState<{ View: View } | null>(null);
  useEffect(() => {
    void import("./compare/compare-view.tsx").then(({ CompareView }) => setView({ View: CompareView }));
  }, []);
  return (
    <>
      {view === null ? <p class="waiting" role="status">Opening …</p> : <view.View />}
      <HealthStrip />
    </>
  );
}
