import { code, type Regions, table } from "./regions.ts";

/** A folder of `supabase/functions/_shared`. */
export interface Component {
  name: string;
  /** What it holds, in a sentence. */
  holds: string;
}

/**
 * The floors of the functions' shared code, from the ground up: a folder imports from its own floor and from those below it, and
 * never in a circle. The files at the top of `_shared` put the folders together, and the functions use those.
 */
export const FLOORS: readonly (readonly Component[])[] = [
  [
    { name: "config", holds: "The settings of the environment, checked once." },
    { name: "hashing", holds: "SHA-256, SHA-1, and comparing digests in constant time." },
    { name: "http", holds: "What every function starts from: bodies, errors, the sources it answers." },
    { name: "network", holds: "IP addresses and networks: whose a request is, and which are public." },
    { name: "observability", holds: "Log lines and counters." },
    {
      name: "runtime",
      holds: "Work behind an answer, a gate, a circuit breaker, lru-cache that loads fast.",
    },
    { name: "time", holds: "Deadlines, delays, back-off, time zones." },
  ],
  [
    { name: "auth", holds: "API keys and signed webhooks: who sent a request, and what they may do." },
    { name: "cache", holds: "Memory in front of Redis, and how every isolate learns of a change." },
    {
      name: "database",
      holds: "The client, the types made from the migrations, the meaning of a failed call.",
    },
    { name: "locks", holds: "Advisory locks and leases for functions of your own." },
    { name: "validators", holds: "The Zod schemas of alerts, queries and decimals." },
  ],
  [
    { name: "alerts", holds: "From a message in any sender's words to booked alerts and their answers." },
    { name: "backtest", holds: "TradingView's List of trades: its columns, times and orders." },
    { name: "health", holds: "Readiness, and the numbers for Prometheus." },
    { name: "limits", holds: "Rate limits: how often a key or an address may call." },
    {
      name: "marks",
      holds: "Live marks: sources of one-minute bars, and booking the bars that are due.",
    },
    { name: "mcp", holds: "The MCP server for AI assistants: its tools, resources and prompts." },
    {
      name: "notifications",
      holds: "The outbox: formats, receivers, retries, which addresses may be called.",
    },
    { name: "openapi", holds: "The OpenAPI description of every function, made from the schemas." },
    { name: "portfolio", holds: "Cached reads of an account." },
    { name: "tools", holds: "Actions for an operator, or for a program that acts for one." },
  ],
];

/** What each folder holds and may touch. */
export const componentRegions = (): Regions => ({
  components: table(
    ["floor", "folder", "what it holds"],
    FLOORS.flatMap((components, floor) =>
      components.map(({ name, holds }) => [`${floor}`, code(`supabase/functions/_shared/${name}`), holds])
    ).toReversed(),
  ),
});
