import { HttpError } from "../http/errors.ts";
import { bookAll, type Wanted } from "./book.ts";
import { allPages } from "./call-rpc.ts";
import type { Call } from "./tool.ts";
import { scaled } from "../validators/decimal.ts";
import { markKey, orderKey, prepareBaseline } from "./baseline.ts";
import type { Import } from "./read-import.ts";
import { checkProfits } from "../backtest/check.ts";
import type { BacktestOrder } from "../backtest/orders.ts";

export type ImportResult = Awaited<ReturnType<typeof importBacktest>>;

/** Orders that are booked in one go. */
const CHUNK = 512;
/** Milliseconds before the deadline at which no further ones are begun. */
const MARGIN = 2_500;

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
  const mark = {
    action: "mark",
    symbol: work.symbol,
    strategy: work.strategy,
    price: last.price,
    time: last.time,
  };
  await bookAll([{ ...mark, idempotency_key: markKey(plan.orders.length, last.time) }], { ...call, account });
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
