import type { AppContext } from "../http/app.ts";
import { requireAccount, requireScope } from "../auth/authorize.ts";
import { strikeValue } from "../auth/strike.ts";
import { HttpError, MAX_PROBLEMS, type Problem } from "../http/errors.ts";
import { type AlertQuery, alertQuerySchema } from "../validators/alert-query.ts";
import { problemsOf } from "../validators/problem.ts";
import type { Authenticated } from "./authenticate.ts";
import { canonicalName } from "./dialects/index.ts";
import { pathOf } from "./field-names.ts";
import { NONPOSITIVE } from "./interpret-prices.ts";
import { type ReadAlert, type ReadingOptions, readMessage } from "./read-message.ts";
import { invalid } from "./read-body.ts";
import type { SettingsOf } from "./reading-settings.ts";
import type { KeylessBody } from "./secret.ts";

/** The alerts of a request, or all that is wrong with it: a request is read whole or not at all. */
export type ReadAlerts = { ok: true; alerts: ReadAlert[] } | {
  ok: false;
  problems: Problem[];
  /** Accounts whose settings may mend a problem: a size that is missing, a field that is not understood, a price below 0. */
  accounts: string[];
};

const isMendable = ({ path, code }: Problem): boolean =>
  code === "unknown_field" || code === NONPOSITIVE || path === "quantity";

/** The query of most requests, which have none. Read once; see readConfig. */
const NOTHING_ASKED = alertQuerySchema.safeParse({}, { jitless: true });

/** What the request says: its query and its alerts, each of which this sender may send. */
export async function readRequest(
  context: AppContext,
  { sender, body, strike, messageId, idempotencyKey }: Authenticated,
  settingsOf: SettingsOf | undefined,
  now: number,
): Promise<{ alerts: ReadAlert[]; query: AlertQuery }> {
  const asked = context.req.query();
  const query = Object.keys(asked).length === 0
    ? NOTHING_ASKED
    : alertQuerySchema.safeParse(strikeValue(asked, strike));
  if (!query.success) {
    throw invalid(problemsOf(query.error).map((problem) => ({ ...problem, path: `query.${problem.path}` })));
  }
  if (messageId !== null) refuseUnsigned(query.data, idempotencyKey);
  const { account, strategy } = query.data;
  const options = { account, ownAccount: sender.account, strategy, strike, now };
  let read = readAlerts(body, options);
  // A key of one account makes no question about another.
  const accounts = read.ok ? [] : read.accounts.filter((name) => (sender.account ?? name) === name);
  if (accounts.length > 0 && settingsOf !== undefined) {
    // Only then: what reads as it is costs no question.
    const settings = await settingsOf(sender.id, accounts);
    read = readAlerts(body, { ...options, settingsOf: (name) => settings.get(name) ?? null });
  }
  if (!read.ok) throw invalid(read.problems);
  for (const { alert } of read.alerts) {
    requireAccount(sender, alert.account, "account");
    if (alert.action === "halt" || alert.action === "resume") requireScope(sender, "admin");
  }
  return { alerts: read.alerts, query: query.data };
}

// A signed message is booked once by its name (see trading.alerts.message_id), whichever isolate it reaches and however often.
// One that was caught and sent again within the signature's tolerance, or later signed anew by its sender who heard no
// answer, is one message: it moves nothing and gets the stored answer of the first as a duplicate. To refuse it would leave
// that sender, whom nothing tells from the other, without its answer. Past the tolerance it is refused with 401.

/** Throws HttpError 400 for what a signature does not cover and yet changes what is done: who caught it could add it. */
function refuseUnsigned({ account, strategy, dry_run }: AlertQuery, idempotencyKey: string | null): void {
  const added = {
    "query.account": account !== null,
    "query.strategy": strategy !== null,
    "query.dry_run": dry_run,
    "header.idempotency-key": idempotencyKey !== null,
  };
  const problems = Object.entries(added).filter(([, isThere]) => isThere)
    .map(([path]) => ({ path, message: "is not signed: put it into the message" }));
  if (problems.length > 0) {
    throw new HttpError(400, "unsigned_query", "neither the query nor this header is signed", problems);
  }
}

/** Reads the messages of a body whose sender is known: messages to fields, fields to canonical alerts. */
export function readAlerts(body: KeylessBody, options: ReadingOptions): ReadAlerts {
  const accounts = new Set<string>();
  const refused = (found: readonly Problem[]): ReadAlerts => ({
    ok: false,
    accounts: [...accounts],
    problems: strikeValue(found.slice(0, MAX_PROBLEMS), options.strike),
  });
  if (body.problems.length > 0) return refused(body.problems.slice(0, MAX_PROBLEMS).map(inCanonicalNames));

  const alerts: ReadAlert[] = [];
  const wrong: Problem[] = [];
  body.messages.forEach((message, index) => {
    if (wrong.length >= MAX_PROBLEMS) return;
    const read = readMessage(strikeValue(message, options.strike), options);
    if (read.ok) alerts.push(read.alert);
    else if (read.problems.some(isMendable)) accounts.add(read.account);
    if (!read.ok) {
      wrong.push(...body.isArray ? read.problems.map((problem) => at(index, problem)) : read.problems);
    }
  });
  return wrong.length > 0 ? refused(wrong) : { ok: true, alerts };
}

/** A problem of the body itself, which only knows the sender's names. Names we do not know are not repeated at length. */
function inCanonicalNames(problem: Problem): Problem {
  const [, index = "", name = ""] = /^(\[\d+\])?\.?(.*)$/s.exec(problem.path) ?? [];
  const known = canonicalName(name);
  const path = known !== undefined ? pathOf(known.field) : /^[\w.[\]]{1,64}$/.test(name) ? name : "";
  const named = known === undefined || known.source === path ? problem : { ...problem, source: known.source };
  return { ...named, path: index === "" || path === "" ? index + path : `${index}.${path}` };
}

function at(index: number, problem: Problem): Problem {
  return { ...problem, path: problem.path === "" ? `[${index}]` : `[${index}].${problem.path}` };
}
