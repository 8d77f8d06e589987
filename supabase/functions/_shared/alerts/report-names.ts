import { words } from "./message.ts";

/**
 * Names of a report, which change no order whatever they say: as plainName has them, `#` for digits. They are read past in
 * silence; other names that nobody knows are listed in the answer.
 */
export const REPORT_NAMES: readonly string[] = words(`
  plot# riskreward rr risktoreward rewardrisk rratio tphit slhit tpcount slcount
  positioncount ordercount openorders opentrades closedtrades totaltrades wintrades losstrades
  premarpos premarpossize
  prevmarketposition prevmarketpositionsize prevposition prevpositionsize previousposition previouspositionsize prevside
  profitfactor profitamount profitratio exitreason triggertime triggeredat maxdrawdown netprofit grossprofit openprofit realizedprofit unrealizedprofit
  positionavgprice avgprice prevclose previousclose dailyclose bar.volume candle.volume
  volume#h volumema volumesma volumeratio avgvolume relativevolume volumechange
  changepercent percentchange pnlpercent winpercent
  takeprofit.type takeprofit.workingtype stoploss.workingtype tptriggerby sltriggerby triggerby tpslmode tpordertype slordertype`);

/** Names that change nothing beside a close, and are listed; beside another action they are an order of their own. */
export const NAMES_WITHOUT_USE_IN_A_CLOSE: readonly string[] = words(`
  exitprice exittype exittime cancel cancelall cancelorders cancelallorders cancelopenorders`);

/** Words of a name whose value is of another time, of somebody else's opinion or of another case: it is no order of now. */
export const REPORTING_WORDS: ReadonlySet<string> = new Set(words(`
  prev previous last old from before entry trend bias htf mtf ltf filter regime momentum sentiment rating
  source src reason color colour pattern candle opposite sync on if when`));
