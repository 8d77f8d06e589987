import assert from "node:assert/strict";

/** What TradingView would put in, for an order of a strategy and a bar. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  "ticker": "AAPL",
  "exchange": "NASDAQ",
  "interval": "60",
  "open": "190",
  "high": "191",
  "low": "189",
  "close": "190.25",
  "strategy.order.action": "buy",
  "strategy.order.contracts": "2",
  "strategy.order.price": "190.25",
  "strategy.order.id": "Long",
  "strategy.order.comment": "breakout",
  "strategy.position_size": "2",
  "strategy.market_position": "long",
  "strategy.market_position_size": "2",
  "strategy.prev_market_position": "flat",
  "strategy.prev_market_position_size": "0",
};

const STARTED = new Date();

/** A message as TradingView sends it, at a time: that of the start, unless it is to be young. */
export function withPlaceholders(message: string, at: Date = STARTED): string {
  const timenow = at.toISOString().slice(0, 19) + "Z";
  return message.replaceAll(/\{\{([\w.]+)\}\}/g, (_, name: string) => {
    const value = name === "timenow" ? timenow : PLACEHOLDERS[name];
    assert.ok(value !== undefined, `TradingView has no {{${name}}}`);
    return value;
  });
}
