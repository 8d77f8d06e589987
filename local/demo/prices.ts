import { inRepository } from "../paths.ts";
import type { Path } from "./strategy.ts";

/** The committed price paths: closes of four hours, 26 weeks of two markets. See generate-prices.ts. */
export async function readPrices(): Promise<Path[]> {
  const text = await Deno.readTextFile(inRepository("local", "demo", "prices.csv"));
  const [head = [], ...rows] = text.trimEnd().split("\n").map((line) => line.split(","));
  return head.slice(1).map((symbol, index) => ({ symbol, closes: rows.map((row) => row[index + 1] ?? "") }));
}
