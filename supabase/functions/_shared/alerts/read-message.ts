import type { Strike } from "../auth/strike.ts";
import type { Problem } from "../http/errors.ts";
import { parseAlert } from "../validators/alert.ts";
import type { CanonicalAlert } from "../validators/canonical-alert.ts";
import { absolute, decimalIn } from "../validators/decimal.ts";
import { problemsOf } from "../validators/problem.ts";
import { contentHash } from "./content-hash.ts";
import { dialectOf } from "./dialects/index.ts";
import type { FieldName, Fields, Leaf } from "./field-names.ts";
import { collectFields } from "./fields.ts";
import { interpret, toInput } from "./interpret.ts";
import { isMessage, type Message } from "./message.ts";
import { refuseNonpositive } from "./interpret-prices.ts";
import type { ReadingSettings } from "./reading-settings.ts";
import { placeTakeProfits } from "./take-profits.ts";
import { MOST_LISTED, sortUnknown, unreadNames, unreadSizes } from "./unknown.ts";

/** What the request says besides its body. */
export type ReadingOptions = {
  /** The account for messages that name none, from the query; a message that names another is refused. */
  account?: string | null;
  /** The sender's only account, for messages that name none where the query names none either. */
  ownAccount?: string | null;
  /** The strategy for messages that name none; a message that names another is refused. */
  strategy?: string | null;
  /** Strikes the sender's keys, should a comment or an id repeat one: it would be stored. */
  strike: Strike;
  /** How the messages of an account are read, where that is known; null where it is not (yet). */
  settingsOf?: (account: string) => ReadingSettings | null;
  /** Milliseconds since the epoch: alerts from further than a day ahead of it are refused. */
  now: number;
};

/**
 * One alert, whose dialect it was in, the hash of its content (64 hex digits, see contentHash), and the names of the fields
 * that were not understood, which change no order.
 */
export type ReadAlert = { alert: CanonicalAlert; dialect: string; hash: string; ignored: string[] };

/** One message as an alert, or what is wrong with it; `account` is whose settings may mend that. */
export type ReadMessage = { ok: true; alert: ReadAlert } | {
  ok: false;
  problems: Problem[];
  account: string;
};

const DAY = 86_400_000;

/** Reads a message: names to fields, the sender's words to ours, all of it by the schema; nothing is passed over. */
export function readMessage(message: Message, options: ReadingOptions): ReadMessage {
  const dialect = dialectOf(message);
  const { fields, problems, unknown } = collectFields(message, dialect.names);
  /** The sender's names of those that have no use in this order. */
  const unused: string[] = [];
  problems.push(
    ...placeTakeProfits(fields, unknown, dialect.areProfitsEven, unused),
    ...interpret(fields, unused),
    ...fillIn(fields, "account", options.account),
    ...fillIn(fields, "strategy", options.strategy),
  );
  setDefault(fields, "account", options.ownAccount ?? null);

  const account = accountOf(fields);
  const settings = options.settingsOf?.(account) ?? null;
  const sorted = sortUnknown(unknown, fields);
  const isAccepted = settings?.unknown_fields === "ignore";
  if (!isAccepted) problems.push(...sorted.problems);
  if (settings !== null && settings.default_quantity !== null && isSizeless(fields)) {
    const said = new Set(problems.map(({ path }) => path));
    problems.push(...unreadSizes(unknown).filter(({ path }) => !said.has(path)));
    setDefault(fields, "quantity", settings.default_quantity);
    setDefault(fields, "quantity_type", settings.default_quantity_type);
  }
  problems.push(...refuseNonpositive(fields, settings?.nonpositive_symbols ?? []));
  const parsed = parseAlert(toInput(fields));
  if (!parsed.success) {
    // A field that is refused by its name says so there.
    const refused = new Set(sorted.problems.map(({ path }) => path));
    const unread = unknown.filter(({ path }) => !refused.has(path.slice(0, 64)));
    // What was said of a field already needs no saying in other words.
    const said = new Set(problems.map(({ path }) => path));
    problems.push(
      ...problemsOf(parsed.error).filter(({ path }) => !said.has(path))
        .map((problem) => explained(withSource(problem, fields), fields, unread)),
    );
  } else if (parsed.data.time !== null && Date.parse(parsed.data.time) > options.now + DAY) {
    problems.push(withSource({ path: "time", message: "is more than a day ahead" }, fields));
  }
  if (!parsed.success || problems.length > 0) return { ok: false, problems, account };
  const alert = parsed.data;
  const accepted = isAccepted ? sorted.problems.map(({ path }) => path) : [];
  // What may change the order comes first: of a long list the end is left out.
  const all = [...accepted, ...unused, ...sorted.ignored];
  const ignored = all.slice(0, MOST_LISTED).map(showable);
  return {
    ok: true,
    alert: { alert, dialect: dialect.name, hash: contentHash(alert.strategy, message), ignored },
  };
}

/** A name as Postgres can store it: a cut may have parted a character, and no text of its holds a NUL. */
const showable = (name: string): string => name.replace(/\p{Cc}+/gu, " ").toWellFormed();

function isSizeless(fields: Fields): boolean {
  const action = fields.get("action")?.value;
  return (action === "buy" || action === "sell") && !fields.has("quantity") &&
    !fields.has("target.quantity") && fields.get("target.side")?.value !== "flat";
}

function accountOf(fields: Fields): string {
  const value = fields.get("account")?.value;
  return typeof value === "string" && value.trim() !== "" ? value.trim() : "default";
}

function setDefault(fields: Fields, name: FieldName, value: string | null): void {
  if (value !== null && !fields.has(name)) fields.set(name, { value, source: name });
}

/** Takes the request's value for a field that the message leaves out; where both speak, they must agree. */
function fillIn(fields: Fields, name: "account" | "strategy", value: string | null | undefined): Problem[] {
  if (value === null || value === undefined || value === "") return [];
  const sent = fields.get(name);
  if (sent === undefined) fields.set(name, { value, source: name });
  if (sent === undefined || typeof sent.value === "string" && sent.value.trim() === value) return [];
  const message = "is not the one that the request names: leave it out of one of them";
  return [withSource({ path: name, message }, fields)];
}

/** The sender's own name beside ours, where it differs. */
function withSource(problem: Problem, fields: Fields): Problem {
  const source = fields.get(problem.path as FieldName)?.source;
  return source === undefined || source === problem.path ? problem : { ...problem, source };
}

/** What a person needs to know beside what is wrong: what to send. */
function explained(problem: Problem, fields: Fields, unknown: readonly Leaf[]): Problem {
  const sent = fields.get(problem.path as FieldName)?.value;
  const hint = Array.isArray(sent)
    ? ": it is a list, and an alert has one"
    : isMessage(sent)
    ? ": it is an object, send what is in it by names of its own, such as quantity and price"
    : sent === undefined
    ? unreadHint(problem.path, fields, unknown)
    : typeof sent === "string"
    ? numberHint(problem.path, sent, fields)
    : "";
  return { ...problem, message: problem.message + hint };
}

/** What a field that is missing may have been sent as. */
function unreadHint(path: string, fields: Fields, unknown: readonly Leaf[]): string {
  const isNumber = /^(quantity|limit_price|stop_price)$/.test(path);
  const names = isNumber || /^(symbol|action)$/.test(path) ? unreadNames(unknown, isNumber) : [];
  const comment = path === "action" ? fields.get("comment") : undefined;
  const volume = path === "quantity" ? fields.get("volume") : undefined;
  return (volume === undefined ? "" : `; ${volume.source} is the bar's here: send quantity`) +
    (names.length === 0 ? "" : `; not understood: ${names.join(", ")}`) +
    (comment === undefined ? "" : `; ${comment.source} is free text, which is not read`);
}

const DISTANCE = /^[\d.]+ ?(pips?|points?|pts|ticks?|%)$/i;

/** What a number that cannot be one may have meant. */
function numberHint(path: string, sent: string, fields: Fields): string {
  const value = decimalIn(sent);
  if (path === "quantity" && value !== null && absolute(value) === "0") {
    return ": is it {{strategy.position_size}}? Then name it position_size";
  }
  // Of a buy of less than nothing nobody can tell what is meant.
  if (path === "quantity" && value?.startsWith("-") && fields.get("action")?.value !== "buy") {
    return ': send the size without its sign, and "action": "sell" for a sale';
  }
  if (value !== null && path === "action") return "; send the word, buy or sell";
  if (value !== null && path === "order_type") return "; send the word";
  if (/^(take_profit|stop_loss)\./.test(path) && DISTANCE.test(sent.trim())) {
    return `; a distance is sent in money, as ${path.split(".")[0]}.amount`;
  }
  return "";
}
