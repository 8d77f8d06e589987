import { signOf } from "../format/decimal.ts";
import { percent, toneOf } from "../format/figures.ts";
import { useDesk } from "../store/desk.ts";

/** The account in six figures, each with a note under it. */
export function Figures() {
  const { overview: of, money, clock } = useDesk();
  const profit = (amount: string) => (
    <span class={toneOf(amount)}>{money.amount(amount, { plus: true })}</span>
  );
  const risk = signOf(of.unprotected) > 0
    ? `${money.amount(of.unprotected)} without a stop`
    : `${count(of.resting_orders, "order")} resting`;
  const gain = (share: string | null, note: string) => share === null ? note : `${percent(share)} ${note}`;
  const since = of.halted_at === null ? "" : ` since ${clock.moment(of.halted_at)}`;
  const status = of.halted
    ? {
      value: <span class="pill down">Halted</span>,
      note: `${of.halt_reason ?? ""}${since}; only orders that reduce are taken`,
    }
    : { value: <span class="pill up">Live</span>, note: "alerts are booked" };
  const held = `${of.currency}, ${count(of.open_positions, "position")} open`;
  const figures = [
    { name: "Equity", value: money.amount(of.equity), note: held },
    { name: "Day P&L", value: profit(of.day_pnl), note: gain(of.day_pnl_percent, "since midnight") },
    { name: "Total P&L", value: profit(of.net_pnl), note: gain(of.net_pnl_percent, "of deposits") },
    { name: "Cash", value: money.amount(of.cash), note: `${money.amount(of.gross_exposure)} exposed` },
    { name: "Open risk", value: money.amount(of.open_risk), note: `to stops; ${risk}` },
    { name: "Status", ...status },
  ];
  return (
    <section class="panel figures-row" aria-label="Account">
      {figures.map(({ name, value, note }, nr) => (
        <dl key={name} class={nr === 0 ? "figure lead-figure" : "figure"}>
          <dt>{name}</dt>
          <dd>
            {value}
            <small class="muted">{note}</small>
          </dd>
        </dl>
      ))}
    </section>
  );
}

const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? "" : "s"}`;
