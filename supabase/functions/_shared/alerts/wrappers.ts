/** Objects that only hold an alert's fields: a name in one of them is that name. The second half are names of texts. */
export const WRAPPERS: ReadonlySet<string> = new Set(
  `alert bar body candle content data details general info market meta metadata order orderconfiguration marketmarketioc
   limitlimitgtc orderinfo params payload position
   request signal strategy strategyinfo trade tradingview tv

   alertmessage comment message note ordercomment text`.split(/\s+/),
);

/** Whether objects, by a plain path with a dot at its end, only wrap. */
export const areWrappers = (path: string): boolean =>
  path === "" || path.slice(0, -1).split(".").every((part) => WRAPPERS.has(part));
