/** What to send instead of names that are refused. */
export const SEND = {
  action: "send action, or the position wanted as position_size",
  added: "an alert adds to what is held: send the position wanted as position_size",
  apart: "send each order as an alert of its own",
  bracket: "send an order with take_profit and stop_loss, or each order as an alert of its own",
  closing: "send a sell that never opens as sell_to_close, a buy as buy_to_close",
  distance: "send a price, or the distance in money as stop_loss.amount or take_profit.amount",
  dryRun: "add ?dry_run=1 to the address, which books nothing",
  each: "send what it does, each as an alert of its own with action buy, sell, close or cancel",
  later: "send time_in_force, or later a cancel as an alert of its own",
  modify: 'send "action": "modify" with the new stop_loss, take_profit or prices, as an alert of its own',
  none: "what does not trade is no alert: leave it unsent",
  now: "an alert is booked as it comes: send it when it is to trade",
  option: 'send the contract\'s own symbol, such as "AAPL 240901C150"',
  part: "a symbol has one position here: send quantity for how much of it",
  profit: "send take_profit as a price, take_profit.percent or take_profit.amount",
  size: "send quantity and quantity_type",
  stop: "send stop_loss as a price, stop_loss.percent or stop_loss.amount",
  template: "the exits of a template are not known here: send take_profit and stop_loss",
  waiting:
    'send "order_type": "stop" with stop_price, "limit" with limit_price, or an exit as stop_loss or take_profit',
  wanted: "an alert is booked whatever is held: send the position wanted as position_size",
} as const;

/**
 * What to send in place of a field that is not understood, by what its name speaks of: looked for among the name's words and
 * in the name written together. Short words count alone only: `currentPosition` speaks of no `tp`.
 */
export const ADVICE: readonly [about: RegExp, advice: string][] = [
  [/^orders /, `${SEND.apart}, in one JSON array`],
  [/option|strike|expir|contract month|\b(dte|right|call|put|opt|ce|pe)\b/, SEND.option],
  [/^contract contract$|\bcontract (id|code|name)\b/, "send the contract's own symbol as symbol"],
  [/\b(leverage|lever)$/, "send the size of the whole position"],
  [/\bcurrency$/, "send quote_quantity where it is money, else quantity"],
  [/\bslippage/, "an order fills at the price that it meets: send limit_price for a limit"],
  [/break ?even/, "a stop stays where it is: send stop_loss, and move it by an alert of its own"],
  [/\bclose side\b/, "send close_side long or short"],
  [/\blegs?\b|orderleg/, "an alert trades one contract: send its own symbol"],
  [/\b(pip|point|tick)s?\b/, SEND.distance],
  [/\b(oco|bracket|mleg)\b/, SEND.bracket],
  [/\b(change|update|modify|amend|edit|replace|move)/, SEND.modify],
  [/everything$/, "send a close, or a cancel, for each symbol as an alert of its own"],
  [/\bcancel/, "send a cancel as an alert of its own, before this one"],
  [/\btrail|trailing/, "send stop_loss.trail_percent or stop_loss.trail_amount"],
  [/\brisk\b/, 'send quantity with "quantity_type": "risk_percent" and a stop_loss'],
  [/\b(tp|takeprofit|target)s?\b|profit/, SEND.profit],
  [/\b(sl|stop)s?\b|stoploss/, SEND.stop],
  [/\boffset/, "send the price itself, or action close"],
  [/limit|trigger|\bentries\b|ordertype|order type/, "send order_type with limit_price or stop_price"],
  [/\b(require|max)\b/, SEND.wanted],
  [/quantity|amount|volume|contract|percent|ordersize|lotsize/, SEND.size],
  [
    /\b(qty|size|sizing|vol|lot|share|unit|pct|perc|portion|fraction|partial|factor|multiplier)s?\b/,
    SEND.size,
  ],
  [/\b(hold|wait|notrade|donothing|skip)$/, SEND.none],
  [/(reduceonly|closeonly|exitonly)$/, "send reduce_only, or action close"],
  [/(buy|sell|long|short|flat)$|close|exit|reduce|reverse|flatten|flatplace/, SEND.action],
  [/position|pyramid|direction|hedge|\b(side|squareoff)\b/, SEND.action],
];

/** What to send when a name says nothing more of it. */
export const PLAIN_ADVICE = "say it by action, quantity, order_type and the order's prices";
