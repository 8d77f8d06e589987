import type { ComponentChildren } from "preact";
import type { Overview } from "../api/reads.ts";
import { signOf } from "../format/decimal.ts";
import { percent, toneOf } from "../format/figures.ts";
import type { Money } from "../format/money.ts";
import type { Clock } from "../format/time.ts";
import { useDesk } from "../store/desk.ts";

/** The account in six figures, each with a note under it. */
export function Figures() {
  const { overview, money, clock } = useDesk();
  return (
    <section class="panel figures-row" aria-label="Account">
      {figuresOf(overview, money, clock).map(([name, value, note], nr) => (
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

function figuresOf(of: Overview, money: Money, clock: Clock): [string, ComponentChildren, string][] {
  const profit = (amount: string) => (
    <span class={toneOf(amount)}>{money.amount(amount, { plus: true })}</span>
  );
  const risk = signOf(of.unprotected) > 0
    ? `${money.amount(of.unprotected)} without a stop`
    : `${count(of.resting_orders, "order")} resting`;
  const gain = (share: string | null, note: string) => share === null ? note : `${percent(share)} ${note}`;
  const since = of.halted_at === null ? "" : ` since ${clock.moment(of.halted_at)}`;
  return [
    ["Equity", money.amount(of.equity), `${of.currency}, ${count(of.open_positions, "position")} open`],
    ["Day P&L", profit(of.day_pnl), gain(of.day_pnl_percent, "since midnight")],
    ["Total P&L", profit(of.net_pnl), gain(of.net_pnl_percent, "of deposits")],
    ["Cash", money.amount(of.cash), `${money.amount(of.gross_exposure)} exposed`],
    ["Open risk", money.amount(of.open_risk), `to stops; ${risk}`],
    of.halted
      ? [
        ...["Status", <span class="pill down">Halted</span>] as const,
        `${of.halt_reason ?? ""}${since}; only orders that reduce are taken`,
      ]
      : ["Status", <span class="pill up">Live</span>, "alerts are booked"],
  ];
}

const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? "" : "s"}`;
