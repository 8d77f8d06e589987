import { inRepository, repositoryRoot } from "../../local/paths.ts";
import { csvOf, makeTrades, rowsOf } from "./backtests.ts";
import { stack } from "./stack.ts";

/** The exports that lie beside the project, by their paths; none where it is alone. */
export function exportsBeside(): string[] {
  const directory = inRepository("../shared/parity");
  try {
    return [...Deno.readDirSync(directory)].filter(({ name }) => name.endsWith(".csv"))
      .map(({ name }) => `${directory}/${name}`).toSorted();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Runs `deno task backtest`, as a person runs it, against this stack unless `args` name another. */
export async function backtest(args: string[]): Promise<{ code: number; said: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "backtest", "--url", stack.api_url, "--secret-key", stack.secret_key, ...args],
    cwd: repositoryRoot,
    env: { NO_COLOR: "1" },
  }).output();
  const lines = new TextDecoder().decode(stderr).split("\n").filter((line) => !line.startsWith("Task "));
  return { code, said: lines.join("\n") };
}

/** An export that is made of a seed, in a file that goes when `use` is done. */
export async function withExport(text: string, use: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    await Deno.writeTextFile(path, text);
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

/** The text of an export of so many trades. */
export const exportOf = (seed: number, trades: number): string => csvOf(rowsOf(makeTrades(seed, trades)));
