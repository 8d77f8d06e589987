/** What tells that a name or value may change an order: data of unknown.ts. */

import { words } from "./message.ts";

/** Words of an order: a name that has one among its words may change what is traded. */
export const ORDER_WORDS: ReadonlySet<string> = new Set(words(`
  side qty quantity size sizing amount volume vol lot lots contract contracts share shares unit units
  percent percentage pct perc portion fraction partial factor max
  risk tp tps sl stop stops trail trailing profit target targets limit trigger offset offsets entries
  close exit flatten squareoff reduce reverse hedge cancel require
  option options strike strikes expiry expiration expire expires right dte delta
  leg legs pip pips point points ticks oco bracket breakeven multiplier takeprofit stoploss ordertype callput`));

/** Long enough to be found inside of words written together, as in `MYTAKEPROFITPRICE`. */
export const ORDER_PARTS =
  /quantity|amount|volume|contract|percent|profit|stoploss|trail|target|limit|trigger|reduce|reverse|hedge|option|strike|expir|ordertype|breakeven|squareoff|trading?side|ordersize|lotsize|position(side|size|idx|effect)|preventpyramiding|samedirection/;

/** `tp1`, `slprice`, `tppips`: short words, at the beginning only. */
export const ORDER_BEGINNING =
  /^(tp|sl|qty|leg)(\d|price|pips?|points?|ticks?|pct|percent|amount|value|level|type|trigger)/;

/** A name that may hold the size, as plainName has it, whatever else it may be: beside it no default size is taken. */
export const SIZE_NAME =
  /siz(e|ing)|qty|quantit|amount|stake|invest|capital|funds|money|dollar|usdt?$|notional|nominal|alloc|exposure|collateral|wager|spend|^(num|number|howmany|how|lots?|units?|shares?|contracts?|margin|bet|cost|sz)$/;

/** Values that say that the symbol is an option. */
export const OPTION_VALUES: ReadonlySet<string> = new Set(words("call put option options opt ce pe"));

/** Values that speak of an order whatever their name is: the last are commands that are more than the order beside them. */
export const ORDER_VALUES: ReadonlySet<string> = new Set([
  ...OPTION_VALUES,
  ...words(`
    oco mleg trailing iceberg twap vwap overflow flatplace reduceonly closeonly exitonly reverse reverseposition cancelreplace
    flatteneverything closeeverything canceleverything
    change update modify amend edit replace move changeorder updateorder modifyorder modifyposition editorder replaceorder
    updatesl updatetp updatestop updatestoploss updatetakeprofit modifysl modifytp modifystop movesl movestop movestoploss`),
]);

/** Values that say that nothing is to be traded. */
export const NO_ORDERS: ReadonlySet<string> = new Set(words("hold wait notrade donothing skip"));

/**
 * Names of a report, which change no order whatever they say: as plainName has them, `#` for digits. They are read past in
 * silence; other names that nobody knows are listed in the answer.
 */
export const REPORT_NAMES: ReadonlySet<string> = new Set(words(`
  plot# riskreward rr risktoreward rewardrisk rratio tphit slhit tpcount slcount
  positioncount ordercount openorders opentrades closedtrades totaltrades wintrades losstrades
  premarpos premarpossize
  prevmarketposition prevmarketpositionsize prevposition prevpositionsize previousposition previouspositionsize prevside
  profitfactor profitamount profitratio exitreason triggertime triggeredat maxdrawdown netprofit grossprofit openprofit realizedprofit unrealizedprofit
  positionavgprice avgprice prevclose previousclose dailyclose bar.volume candle.volume
  volume#h volumema volumesma volumeratio avgvolume relativevolume volumechange
  changepercent percentchange pnlpercent winpercent
  takeprofit.type takeprofit.workingtype stoploss.workingtype tptriggerby sltriggerby triggerby tpslmode tpordertype slordertype`));

/** Names that change nothing beside a close, and are listed; beside another action they are an order of their own. */
export const NAMES_WITHOUT_USE_IN_A_CLOSE: ReadonlySet<string> = new Set(words(`
  exitprice exittype exittime cancel cancelall cancelorders cancelallorders cancelopenorders`));

/** Words of a name whose value is of another time, of somebody else's opinion or of another case: it is no order of now. */
export const REPORTING_WORDS: ReadonlySet<string> = new Set(words(`
  prev previous last old from before entry trend bias htf mtf ltf filter regime momentum sentiment rating
  source src reason color colour pattern candle opposite sync on if when`));
