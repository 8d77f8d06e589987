import { strikeValue } from "../auth/strike.ts";
import { MAX_PROBLEMS, type Problem } from "../http/errors.ts";
import { canonicalName } from "./dialects/index.ts";
import { pathOf } from "./field-names.ts";
import { NONPOSITIVE } from "./nonpositive.ts";
import { type ReadAlert, type ReadingOptions, readMessage } from "./read-message.ts";
import type { KeylessBody } from "./secret.ts";

/** The alerts of a request, or all that is wrong with it: a request is read whole or not at all. */
export type ReadAlerts = { ok: true; alerts: ReadAlert[] } | {
  ok: false;
  problems: Problem[];
  /** Accounts whose settings may mend a problem: a size that is missing, a field that is not understood, a price below 0. */
  accounts: string[];
};

/** What the settings of an account may mend. */
const isMendable = ({ path, code }: Problem): boolean =>
  code === "unknown_field" || code === NONPOSITIVE || path === "quantity";

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
