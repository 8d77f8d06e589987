import assert from "node:assert/strict";

/** What TradingView would put in, for an order of a strategy and a bar. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  "ticker": "AAPL",
  "exchange": "NASDAQ",
  "interval": "60",
  "timenow": new Date().toISOString().slice(0, 19) + "Z",
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

/** A message as TradingView sends it. */
export function withPlaceholders(message: string): string {
  return message.replaceAll(/\{\{([\w.]+)\}\}/g, (_, name: string) => {
    const value = PLACEHOLDERS[name];
    assert.ok(value !== undefined, `TradingView has no {{${name}}}`);
    return value;
  });
}
