import { useDesk } from "../store/desk.ts";
import { Calendar } from "./calendar.tsx";
import { EquityPanel } from "./equity-panel.tsx";
import { Figures } from "./figures.tsx";
import { FirstAlert } from "./first-alert.tsx";
import { Results } from "./results.tsx";
import { Shadows } from "./shadows.tsx";
import { SymbolPanel } from "./symbol-panel.tsx";
import { Tables } from "./tables/tables.tsx";

/** Everything about one account. */
export function DeskView() {
  const { overview, account } = useDesk();
  return (
    <main class="desk">
      <Figures />
      {overview.alerts === null ? <FirstAlert /> : (
        <>
          <EquityPanel />
          <Calendar />
          <SymbolPanel />
          <Results />
        </>
      )}
      {account.role === "followed" && <Shadows />}
      <Tables />
    </main>
  );
}
