import type { ComponentChildren } from "preact";
import { signOf } from "../format/decimal.ts";
import { percent, toneOf } from "../format/figures.ts";
import { useDesk } from "../store/desk.ts";

/** The account in six figures. */
export function Figures() {
  const { overview, money } = useDesk();
  const { open_positions: held, resting_orders: resting } = overview;
  return (
    <section class="panel figures-row" aria-label="Account">
      <Figure name="Equity" lead>
        {money.amount(overview.equity)}
        <Note>{overview.currency}, {count(held, "position")} open</Note>
      </Figure>
      <Profit
        name="Day P&L"
        amount={overview.day_pnl}
        gain={overview.day_pnl_percent}
        note="since midnight"
      />
      <Profit name="Total P&L" amount={overview.net_pnl} gain={overview.net_pnl_percent} note="of deposits" />
      <Figure name="Cash">
        {money.amount(overview.cash)}
        <Note>{money.amount(overview.gross_exposure)} exposed</Note>
      </Figure>
      <Figure name="Open risk">
        {money.amount(overview.open_risk)}
        <Note>
          {signOf(overview.unprotected) > 0
            ? `to stops; ${money.amount(overview.unprotected)} without a stop`
            : `to stops; ${count(resting, "order")} resting`}
        </Note>
      </Figure>
      <Status />
    </section>
  );
}

function Figure(
  { name, lead = false, children }: { name: string; lead?: boolean; children: ComponentChildren },
) {
  return (
    <dl class={lead ? "figure lead-figure" : "figure"}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </dl>
  );
}

function Note({ children }: { children: ComponentChildren }) {
  return <small class="muted">{children}</small>;
}

function Profit(
  { name, amount, gain, note }: { name: string; amount: string; gain: string | null; note: string },
) {
  const { money } = useDesk();
  return (
    <Figure name={name}>
      <span class={toneOf(amount)}>{money.amount(amount, { plus: true })}</span>
      <Note>{gain === null ? note : `${percent(gain)} ${note}`}</Note>
    </Figure>
  );
}

function Status() {
  const { overview, clock } = useDesk();
  if (!overview.halted) {
    return (
      <Figure name="Status">
        <span class="pill up">Live</span>
        <Note>alerts are booked</Note>
      </Figure>
    );
  }
  const since = overview.halted_at === null ? "" : ` since ${clock.moment(overview.halted_at)}`;
  return (
    <Figure name="Status">
      <span class="pill down">Halted</span>
      <Note>{overview.halt_reason}{since}; only orders that reduce are taken</Note>
    </Figure>
  );
}

const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? "" : "s"}`;
