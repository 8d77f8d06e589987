/** Objects that only hold an alert's fields: a name in one of them is that name. The second half are names of texts. */
export const WRAPPERS: ReadonlySet<string> = new Set(
  `alert bar body candle content data details general info market meta metadata order orderconfiguration marketmarketioc
   limitlimitgtc orderinfo params payload position
   request signal strategy strategyinfo trade tradingview tv

   alertmessage comment message note ordercomment text`.split(/\s+/),
);

/** A plain path without the objects before it that only wrap. */
export function withoutWrappers(plain: string): string {
  const dot = plain.indexOf(".");
  return dot !== -1 && WRAPPERS.has(plain.slice(0, dot)) ? withoutWrappers(plain.slice(dot + 1)) : plain;
}
