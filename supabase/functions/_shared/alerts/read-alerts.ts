import { type Strike, strikeValue } from "../auth/strike.ts";
import { MAX_PROBLEMS, type Problem } from "../http/errors.ts";
import { alertPayloadSchema } from "../validators/alert.ts";
import type { CanonicalAlert } from "../validators/canonical-alert.ts";
import { problemsOf } from "../validators/problem.ts";
import { contentHash } from "./content-hash.ts";
import { canonicalName, dialectOf } from "./dialects/index.ts";
import { collectFields, type FieldName, type Fields, pathOf } from "./fields.ts";
import { interpret, toInput } from "./interpret.ts";
import type { Message } from "./message.ts";
import type { KeylessBody } from "./secret.ts";

/** What the request says besides its body. */
export type ReadOptions = {
  /** The account for messages that name none, from the query; a message that names another is refused. */
  account?: string | null;
  /** The sender's only account, for messages that name none where the query names none either. */
  ownAccount?: string | null;
  /** The strategy for messages that name none; a message that names another is refused. */
  strategy?: string | null;
  /** Strikes the sender's keys, should a comment or an id repeat one: it would be stored. */
  strike: Strike;
  /** Milliseconds since the epoch: alerts from further than a day ahead of it are refused. */
  now: number;
};

/** One alert, whose dialect it was in, and the hash of its content (64 hex digits, see {@link contentHash}). */
export type ReadAlert = { alert: CanonicalAlert; dialect: string; hash: string };

/** The alerts of a request, or all that is wrong with it: a request is read whole or not at all. */
export type ReadAlerts = { ok: true; alerts: ReadAlert[] } | { ok: false; problems: Problem[] };

const DAY = 86_400_000;

/** Reads the messages of a body whose sender is known: messages to fields, fields to canonical alerts. */
export function readAlerts(body: KeylessBody, options: ReadOptions): ReadAlerts {
  const refused = (found: readonly Problem[]): ReadAlerts => ({
    ok: false,
    problems: strikeValue(found.slice(0, MAX_PROBLEMS), options.strike),
  });
  if (body.problems.length > 0) return refused(body.problems.slice(0, MAX_PROBLEMS).map(inCanonicalNames));

  const alerts: ReadAlert[] = [];
  const wrong: Problem[] = [];
  body.messages.forEach((message, index) => {
    if (wrong.length >= MAX_PROBLEMS) return;
    const read = readMessage(strikeValue(message, options.strike), options);
    if (read.ok) alerts.push(read.alert);
    else wrong.push(...body.isArray ? read.problems.map((problem) => at(index, problem)) : read.problems);
  });
  return wrong.length > 0 ? refused(wrong) : { ok: true, alerts };
}

function readMessage(
  message: Message,
  options: ReadOptions,
): { ok: true; alert: ReadAlert } | { ok: false; problems: Problem[] } {
  const dialect = dialectOf(message);
  const { fields, problems } = collectFields(message, dialect.names);
  problems.push(...interpret(fields));
  dialect.complete?.(fields);
  problems.push(
    ...fillIn(fields, "account", options.account),
    ...fillIn(fields, "strategy", options.strategy),
  );
  const { ownAccount = null } = options;
  if (ownAccount !== null && !fields.has("account")) {
    fields.set("account", { value: ownAccount, source: "account" });
  }
  const parsed = alertPayloadSchema.safeParse(toInput(fields));
  if (!parsed.success) {
    problems.push(...problemsOf(parsed.error).map((problem) => withSource(problem, fields)));
  } else if (parsed.data.time !== null && Date.parse(parsed.data.time) > options.now + DAY) {
    problems.push(withSource({ path: "time", message: "is more than a day ahead" }, fields));
  }
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  const alert = parsed.data;
  return { ok: true, alert: { alert, dialect: dialect.name, hash: contentHash(alert.strategy, message) } };
}

/** Takes the request's value for a field that the message leaves out; where both speak, they must agree. */
function fillIn(fields: Fields, name: "account" | "strategy", value: string | null | undefined): Problem[] {
  if (value === null || value === undefined || value === "") return [];
  const sent = fields.get(name);
  if (sent === undefined) fields.set(name, { value, source: name });
  else if (typeof sent.value !== "string" || sent.value.trim() !== value) {
    const message = "is not the one that the request names: leave it out of one of them";
    return [withSource({ path: name, message }, fields)];
  }
  return [];
}

/** The sender's own name beside ours, where it differs. */
function withSource(problem: Problem, fields: Fields): Problem {
  const source = fields.get(problem.path as FieldName)?.source;
  return source === undefined || source === problem.path ? problem : { ...problem, source };
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
