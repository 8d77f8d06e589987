import { code, type Regions, table } from "./regions.ts";

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
export const componentRegions = (): Regions => ({
  components: table(
    ["floor", "folder", "what it holds"],
    FLOORS.flatMap((components, floor) =>
      Object.entries(components).map((
        [name, holds],
      ) => [`${floor}`, code(`supabase/functions/_shared/${name}`), holds])
    ).toReversed(),
  ),
});
