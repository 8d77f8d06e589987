import * as z from "zod";
import { WRAPPERS } from "../../supabase/functions/_shared/alerts/name-index.ts";
import { PROFIT_NAMES } from "../../supabase/functions/_shared/alerts/take-profits.ts";
import {
  NAMES_WITHOUT_USE_IN_A_CLOSE,
  REPORT_NAMES,
} from "../../supabase/functions/_shared/alerts/unknown.ts";
import {
  ACTION_WORDS,
  type ActionWord,
  FLAG_WORDS,
  ORDER_TYPE_WORDS,
  QUANTITY_TYPE_WORDS,
  SIDE_WORDS,
  TIME_IN_FORCE_WORDS,
  TYPED_ACTION_WORDS,
} from "../../supabase/functions/_shared/alerts/words.ts";
import { CATALOG, isReading, scopesOf } from "../../supabase/functions/_shared/mcp/catalog.ts";
import { alertFieldsSchema } from "../../supabase/functions/_shared/validators/canonical-alert.ts";
import fixture from "../../tests/fixtures/senders.json" with { type: "json" };
import { benchmarkRegions } from "./benchmarks.ts";
import { names, refusedNames } from "./names.ts";
import { code, named, type Regions, table } from "./regions.ts";

/** Every part of the documentation that is made from the code alone. */
export const tableRegions = async (): Promise<Regions> => ({
  "alert-fields": alertFields(),
  components: components(),
  names: names(),
  /** Objects whose names do not count. */
  wrappers: named([...WRAPPERS]),
  /** Names of a report, which change no order; and those that change nothing beside a close. */
  "report-names": named([...REPORT_NAMES]),
  "close-names": named([...NAMES_WITHOUT_USE_IN_A_CLOSE]),
  "refused-names": refusedNames(),
  "profit-names": profitNames(),
  words: words(),
  senders: senders(),
  "senders-refused": refusedSenders(),
  "mcp-tools": mcpTools(),
  ...await benchmarkRegions(),
});

/** What each of several take profits may say, and under which names. */
const profitNames = (): string =>
  table(
    ["it says", "names"],
    PROFIT_NAMES.map(({ part, names }) => [
      part.split(" or ").map(code).join(" or "),
      named(names),
    ]),
  );

interface Described {
  title?: string;
  description?: string;
}

/** The canonical fields, what each means and what it may be. */
function alertFields(): string {
  const { properties } = z.toJSONSchema(alertFieldsSchema, { io: "input", unrepresentable: "any" });
  const rows = Object.entries(properties ?? {}).map(([name, described]) => {
    const { title = "", description = "" } = described as Described;
    return [code(name), title, description];
  });
  return table(["field", "what it means", "what it may be"], rows);
}

/** What an assistant may do, by which key. */
const mcpTools = (): string =>
  table(
    ["tool", "scope", "kind", "what it does"],
    Object.entries(CATALOG.tools).map(([name, tool]) => [
      code(name),
      scopesOf(tool).map(code).join(" or "),
      isReading(tool) ? "reads" : "writes",
      /^.*?[.;:](?= |$)/s.exec(tool.description)?.[0].replace(/[.;:]$/, "") ?? tool.description,
    ]),
  );

/** Each sender's message, and what it becomes: the tests read every one of them. */
function senders(): string {
  return fixture.read.map(({ sender, note, message, becomes }) =>
    [`## ${sender}`, block(message), `Becomes ${fieldsOf(becomes).join(", ")}.`, note].join("\n\n")
  ).join("\n\n");
}

/** Messages that cannot be enough, why, and what they lack. */
function refusedSenders(): string {
  return table(
    ["sender", "its message", "why it is not enough", "what to send"],
    fixture.refused.map(({ sender, message, why, instead }) => [sender, code(message), why, instead]),
  );
}

/** The message as one pastes it: JSON, or lines. */
function block(message: object): string {
  const [language, text] = Array.isArray(message)
    ? ["text", message.join("\n")]
    : ["json", JSON.stringify(message, null, 2)];
  return `\`\`\`${language} alert\n${text}\n\`\`\``;
}

/** Fields with their values, dotted where they nest. */
function fieldsOf(value: object, above = ""): string[] {
  return Object.entries(value).flatMap(([name, each]) =>
    typeof each === "object" ? fieldsOf(each, `${above}${name}.`) : [`${code(above + name)} ${each}`]
  );
}

/** Words that mean one of ours only together with another field. */
const TOGETHER: Readonly<Record<string, string>> = {
  enter: "`buy` or `sell`, to the side that another field says",
  reverse: "`buy` or `sell`, to the side that another field says, until `quantity` is held there",
  if_touched: "`limit`, at the price that it waits for",
  percent: "`percent_of_position` where that is closed, else `percent_of_equity`",
};

/** Whose words mean what. */
function words(): string {
  return table(["field", "is", "when it says"], [
    ...rows("action", ACTION_WORDS, meaningOf),
    ...rows(
      "action",
      TYPED_ACTION_WORDS,
      ({ action, type }) => `${code(action)}, of \`order_type\` ${code(type)}`,
    ),
    ...rows("target.side", SIDE_WORDS, ours),
    ...rows("quantity_type", QUANTITY_TYPE_WORDS, ours),
    ...rows("order_type", ORDER_TYPE_WORDS, ours),
    ...rows("time_in_force", TIME_IN_FORCE_WORDS, ours),
    ...rows("a flag", FLAG_WORDS, (is) => is ? "yes" : "no"),
  ]);
}

/** One row for each meaning, with all the words that have it. */
function rows<Word>(
  field: string,
  words: ReadonlyMap<string, Word>,
  meaning: (word: Word) => string,
): string[][] {
  const said = Map.groupBy(words, ([, word]) => meaning(word));
  return [...said].map(([is, all]) => [
    field.includes(" ") ? field : code(field),
    is,
    named(all.map(([word]) => word)),
  ]);
}

const ours = (word: string): string => TOGETHER[word] ?? code(word);

/** An action, and what the side that its word names adds to it. */
function meaningOf({ action, side, isPart }: ActionWord): string {
  if (isPart) return `${code(action)}, of a part: \`quantity\` must say how much`;
  if (side === undefined) return ours(action);
  if (action === "close") return `${code(action)}, of a ${side} position only`;
  return `${code(action)}, never ends ${side === "long" ? "short" : "long"}`;
}

/**
 * The floors of the functions' shared code, from the ground up: a folder imports from its own floor and from those below it, and
 * never in a circle. The files at the top of `_shared` put the folders together, and the functions use those.
 * Each with what it holds, in a sentence.
 */
export const FLOORS: readonly Readonly<Record<string, string>>[] = [
  {
    config: "The settings of the environment, checked once.",
    hashing: "SHA-256, SHA-1, and comparing digests in constant time.",
    http: "What every function starts from: bodies, errors, the sources it answers.",
    network: "IP addresses and networks: whose a request is, and which are public.",
    observability: "Log lines and counters.",
    runtime: "Work behind an answer, a gate, a circuit breaker, lru-cache that loads fast.",
    time: "Deadlines, delays, back-off, time zones.",
  },
  {
    auth: "API keys and signed webhooks: who sent a request, and what they may do.",
    cache: "Memory in front of Redis, and how every isolate learns of a change.",
    database: "The client, the types made from the migrations, the meaning of a failed call.",
    locks: "Advisory locks and leases for functions of your own.",
    validators: "The Zod schemas of alerts, queries and decimals.",
  },
  {
    alerts: "From a message in any sender's words to booked alerts and their answers.",
    backtest: "TradingView's List of trades: its columns, times and orders.",
    health: "Readiness, and the numbers for Prometheus.",
    limits: "Rate limits: how often a key or an address may call.",
    marks: "Live marks: sources of one-minute bars, and booking the bars that are due.",
    mcp: "The MCP server for AI assistants: its tools, resources and prompts.",
    notifications: "The outbox: formats, receivers, retries, which addresses may be called.",
    openapi: "The OpenAPI description of every function, made from the schemas.",
    portfolio: "Cached reads of an account.",
    tools: "Actions for an operator, or for a program that acts for one.",
  },
];

/** What each folder holds and may touch. */
const components = (): string =>
  table(
    ["floor", "folder", "what it holds"],
    FLOORS.flatMap((folders, floor) =>
      Object.entries(folders).map(([name, holds]) => [
        `${floor}`,
        code(`supabase/functions/_shared/${name}`),
        holds,
      ])
    ).toReversed(),
  );
