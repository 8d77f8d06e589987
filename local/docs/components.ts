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
    { name: "hashing", holds: "SHA-256, SHA-1, and comparing digests in a time that tells nothing." },
    { name: "http", holds: "The frame of every function: bodies, errors, client addresses, deadlines." },
    { name: "observability", holds: "Log lines, counters, timers that keep nothing alive." },
  ],
  [
    { name: "auth", holds: "API keys and signed webhooks: who sent this, and what may they do." },
    { name: "cache", holds: "Memory in front of Redis; how a change becomes known everywhere." },
    { name: "database", holds: "The client, the types made from the migrations, what a failed call means." },
    { name: "locks", holds: "Advisory locks and leases for functions of your own." },
    { name: "validators", holds: "The Zod schemas of alerts, queries and decimals." },
  ],
  [
    { name: "alerts", holds: "From a message in any sender's words to booked alerts and their answers." },
    { name: "backtest", holds: "TradingView's List of trades: its columns, times and orders." },
    { name: "health", holds: "Readiness, and the numbers for Prometheus." },
    { name: "limits", holds: "How often who may ask." },
    {
      name: "marks",
      holds: "Live marks: sources of one-minute bars, and the booking of those that are due.",
    },
    { name: "mcp", holds: "A seat for assistants: tools, pages and prompts of the Model Context Protocol." },
    {
      name: "notifications",
      holds: "The outbox: formats, receivers, retries, which addresses may be called.",
    },
    { name: "openapi", holds: "The description of every function, made from the schemas." },
    { name: "portfolio", holds: "Reads of an account, cached." },
    { name: "tools", holds: "What an operator, or a program in their place, can have done." },
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
