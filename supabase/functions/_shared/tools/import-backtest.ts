import { HttpError } from "../http/errors.ts";
import { bookAll, type Wanted } from "./book.ts";
import { allPages, type CallRpc } from "./call-rpc.ts";
import type { Call } from "./tool.ts";
import { scaled } from "../validators/decimal.ts";
import type { Import } from "./read-import.ts";
import { checkProfits } from "../backtest/check.ts";
import type { BacktestOrder } from "../backtest/orders.ts";

export type ImportResult = Awaited<ReturnType<typeof importBacktest>>;

/** Orders that are booked in one go. */
const CHUNK = 512;
/** Milliseconds before the deadline at which no further ones are begun. */
const MARGIN = 2_500;

/** The idempotency key of an order of a backtest, by its number; an account has one backtest. */
const orderKey = (number: number): string => `backtest ${number}`;
/** That of the mark behind the last order, for what is still held. */
const markKey = (number: number, time: string): string => `${orderKey(number)} open ${time}`;
const KEY = /^backtest (\d+)$/;

/**
 * Books the orders of a backtest into its baseline account, by their own times, exactly once each: what is booked already
 * stays as it is. What the deadline leaves is for another call, with `from`.
 *
 * @throws HttpError 422 when an order is refused, or the account holds another backtest; 503 as {@link bookAll}
 */
export async function importBacktest(work: Import, call: Call) {
  const { plan, account } = work;
  const { created, orders: there } = await prepareBaseline(work, call.rpc);
  // One at least is sent: its answer has the symbol as the account knows it.
  let [next, booked, symbol] = [Math.min(work.from, there + 1, plan.orders.length), 0, work.symbol];
  while (next <= plan.orders.length && Date.now() < call.deadline - MARGIN) {
    // What is there already goes by itself, and books nothing: not even the first new order of another backtest.
    // So does the first of all: of two backtests at once, one gets in, and none gets mixed into the other.
    const end = next <= there
      ? Math.min(next + CHUNK - 1, there)
      : there === 0 && next === 1
      ? 1
      : next + CHUNK - 1;
    const orders = plan.orders.slice(next - 1, end);
    const answers = await bookAll(orders.map((order) => toWanted(order, work)), { ...call, account });
    answers.forEach(({ status, body }, index) => {
      const order = orders[index];
      if (status !== 200 && order !== undefined) throw refused(order, body.error);
      booked += body.duplicate === true ? 0 : 1;
      symbol = String(body.symbol);
    });
    next += orders.length;
  }
  const isDone = next > plan.orders.length;
  if (isDone) await markOpen(work, call);
  return {
    ...{ account, symbol, strategy: work.strategy ?? "", created, orders: plan.orders.length },
    /** Of the orders of this call, those that were not there before. */
    booked,
    trades: work.file.trades.length,
    open_trades: plan.open,
    /** The order to call on with, with `from`; null: all are booked. */
    next: isDone ? null : next,
    /** Whether the account made what the file says; null until all are booked. */
    check: isDone ? checkProfits(plan, await netProfits(account, work.strategy ?? "", symbol, call)) : null,
  };
}

/** The order as an alert: the position that it leaves decides, so that a rounded size does not add up. */
function toWanted(
  { number, time, side, quantity, price, signal, position }: BacktestOrder,
  work: Import,
): Wanted {
  const short = position.startsWith("-");
  const target = position === "0"
    ? { side: "flat", quantity: "0" }
    : { side: short ? "short" : "long", quantity: short ? position.slice(1) : position };
  return {
    ...{ symbol: work.symbol, strategy: work.strategy, action: side, quantity, target, price, time },
    comment: signal,
    idempotency_key: orderKey(number),
  };
}

/** What is still held is worth what the file values it at. */
async function markOpen(work: Import, call: Call): Promise<void> {
  const { plan, account, file: { last } } = work;
  if (last === null) return;
  const mark = { action: "mark", symbol: work.symbol, strategy: work.strategy, ...last };
  const idempotency_key = markKey(plan.orders.length, last.time);
  await bookAll([{ ...mark, idempotency_key }], { ...call, account });
}

function refused({ number, side, quantity, price, time }: BacktestOrder, error: unknown): HttpError {
  const { code, message } = error as { code: string; message: string };
  const order = `order ${number} of the file (${side} ${quantity} at ${price}, ${time})`;
  if (code !== "id_conflict") return new HttpError(422, code, `${order} is refused: ${message}`);
  return new HttpError(
    422,
    "another_backtest",
    `the account holds another backtest: ${order} is not its order ${number}`,
    [{ path: "account", message: "import into an account of another name, or reset this one first" }],
  );
}

/** Net profit of the trades that a strategy closed in a symbol, oldest first, from flat to flat or to a reversal. */
async function netProfits(
  account: string,
  strategy: string,
  symbol: string,
  { rpc }: Call,
): Promise<bigint[]> {
  const newestFirst = await allPages<{ id: string; net_pnl: string }>((limit, last) =>
    rpc("list_trades", {
      ...{ account, limit, before: last === undefined ? null : Number(last.id) },
      ...{ only_strategy: strategy, only_symbol: symbol },
    })
  );
  return newestFirst.map(({ net_pnl }) => scaled(net_pnl)).toReversed();
}

/**
 * Makes a baseline account: it keeps the alerts' own time, and no limit of funds cuts what the backtest has done. One that
 * has a backtest already, or is empty and keeps the alerts' time, is taken as it is.
 *
 * @returns how many of the backtest's orders it has
 * @throws HttpError 422 `not_a_baseline` for an account that has something else in it, so that no live one is mixed up
 */
async function prepareBaseline(
  { account, capital, currency, fees, time_zone, owner_id }: Import,
  rpc: CallRpc,
): Promise<{ created: boolean; orders: number }> {
  const settings = { clock: "alert", leverage: null, time_zone, ...fees };
  try {
    await rpc("create_account", { account, initial_cash: capital, currency, owner_id, settings });
    return { created: true, orders: 0 };
  } catch (error) {
    if (!(error instanceof HttpError) || error.code !== "name_taken") throw error;
  }
  // In this order: what another import books meanwhile is seen by the second look, and makes this no other account.
  if ((await rpc("list_alerts", { account, limit: 1 })).length === 0) {
    // Without changes it answers the settings that there are.
    const { clock } = await rpc("update_account_settings", { account, settings: {} }) as { clock?: string };
    if (clock === "alert") return { created: false, orders: 0 };
  } else {
    const [filled] = await rpc("list_alerts", { account, only_status: "filled", limit: 1 });
    const { idempotency_key = "" } = (filled?.request ?? {}) as { idempotency_key?: string };
    const [, number] = KEY.exec(idempotency_key) ?? [];
    if (number !== undefined) return { created: false, orders: Number(number) };
  }
  throw new HttpError(
    422,
    "not_a_baseline",
    `the account ${account} is there already, and holds no backtest`,
    [{ path: "account", message: "name an account that is not there yet: it is made" }],
  );
}
