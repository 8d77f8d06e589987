import type { StackInfo } from "../../local/stack.ts";
import { repositoryRoot } from "../../local/paths.ts";

/** `deno task start`, run as a person runs it. */
export interface Program {
  pid: number;
  /** What it printed for people so far. */
  readonly output: string;
  /** The line of `--json`; null when the program ended without it. */
  ready: Promise<StackInfo | null>;
  /** Its exit code. */
  ended: Promise<number>;
  /** Ends it as a terminal or a service manager does. */
  terminate(): void;
}

/** Runs `deno task start --json` with these arguments in a checkout. */
export function startProgram(args: string[], checkout = repositoryRoot): Program {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "start", "--json", ...args],
    cwd: checkout,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const read = async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) output += text;
  };
  const reading = read();
  return {
    pid: child.pid,
    get output() {
      return output;
    },
    ready: firstLine(child.stdout).then((line) => line === null ? null : JSON.parse(line)),
    ended: Promise.all([child.status, reading]).then(([{ code }]) => code),
    terminate: () => child.kill("SIGTERM"),
  };
}

/** The first line of a stream, which is then read to its end; null when there is none. */
async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | null> {
  const chunks = stream.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = "";
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    text += next.value;
    const end = text.indexOf("\n");
    if (end === -1) continue;
    const drain = async () => {
      for (let rest = await chunks.next(); !rest.done;) rest = await chunks.next();
    };
    drain();
    return text.slice(0, end);
  }
  return null;
}

/** A process as the kernel tells it apart: ids are used again, ids with a start time are not. */
export interface Process {
  pid: number;
  started: string;
  command: string;
}

/** A process and all that it started, directly or not. */
export function familyOf(pid: number): Process[] {
  const all = [...Deno.readDirSync("/proc")].flatMap(({ name }) => /^\d+$/.test(name) ? [Number(name)] : []);
  const parents = new Map(all.map((each) => [each, parentOf(each)]));
  const family = new Set([pid]);
  for (let grown = true; grown;) {
    grown = false;
    for (const [each, parent] of parents) {
      if (family.has(parent) && !family.has(each)) grown = family.add(each) !== undefined;
    }
  }
  return [...family].flatMap((each) => processOf(each) ?? []);
}

/** Those that still run. */
export const stillRunning = (processes: Process[]): Process[] =>
  processes.filter(({ pid, started }) => processOf(pid)?.started === started);

/** Fields of /proc/<pid>/stat after the command, which may hold spaces; empty when it is gone. */
function statOf(pid: number): string[] {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

const parentOf = (pid: number): number => Number(statOf(pid)[1] ?? -1);

function processOf(pid: number): Process | null {
  const [state, ...fields] = statOf(pid);
  if (state === undefined || state === "Z") return null;
  const command = Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ").slice(0, 120);
  return { pid, started: fields[18] ?? "", command };
}

/** Whether something listens on a port of this machine. */
export async function isTaken(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

const NOT_CLONED = new Set([".git", "node_modules", ".local", ".temp", ".branches", ".env"]);

/** Copies the checkout as a clone would have it: no installed packages, no data, no keys. */
export async function cloneTo(directory: string, from = repositoryRoot): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (NOT_CLONED.has(name)) continue;
    if (isDirectory) await cloneTo(`${directory}/${name}`, `${from}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${directory}/${name}`);
  }
}
