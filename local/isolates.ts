import { delay } from "../supabase/functions/_shared/time/delay.ts";
import { freePort, loopback } from "./ports.ts";
import { probePort, SupervisedProcess, type Supervision, until } from "./process.ts";
import { Upstream } from "./upstream.ts";

/** How one function is run. */
export interface FunctionSpec {
  name: string;
  /** Path of the Deno program that runs it. */
  deno: string;
  /** Its `index.ts`. */
  entry: string;
  /** Its `deno.json`, if it has one. */
  config: string | null;
  /** `host:port` it may reach besides those of the URLs in its environment; null for any. */
  hosts: string[] | null;
  /** Its environment: all it can read. Called for each new process. */
  variables(): Promise<Record<string, string>>;
}

interface Isolate {
  process: SupervisedProcess;
  upstream: Upstream;
}

// A retired isolate gets this long to finish what it is answering.
const drainMs = 10_000;

/** The processes of one function, each with its own memory, as the hosted runtime has its isolates. */
export class FunctionPool {
  #isolates: Isolate[] = [];
  #turn = 0;

  constructor(readonly spec: FunctionSpec, readonly size: number, readonly supervision: Supervision) {}

  /** The processes, in the order of their numbers. */
  get processes(): SupervisedProcess[] {
    return this.#isolates.map((isolate) => isolate.process);
  }

  /** Starts all; when one fails, all are stopped and its error is thrown. */
  async start(): Promise<void> {
    this.#isolates = await this.#launchAll();
  }

  /** Replaces all by new ones, without a gap. When the new ones do not start, the old ones stay. */
  async reload(): Promise<void> {
    const retired = this.#isolates;
    this.#isolates = await this.#launchAll();
    await Promise.all(retired.map(retire));
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.stop()));
  }

  /** The least busy of the serving isolates, in turn when equally busy; null when none serves. */
  pick(): Upstream | null {
    const serving = this.#isolates.filter((isolate) => isolate.process.ready);
    this.#turn = (this.#turn + 1) % Math.max(serving.length, 1);
    const inTurn = [...serving.slice(this.#turn), ...serving.slice(0, this.#turn)];
    const [first, ...others] = inTurn.map((isolate) => isolate.upstream);
    if (first === undefined) return null;
    return others.reduce((best, other) => other.inFlight < best.inFlight ? other : best, first);
  }

  async #launchAll(): Promise<Isolate[]> {
    const numbers = Array.from({ length: this.size }, (_, index) => index + 1);
    const isolates = await Promise.all(numbers.map((number) => this.#create(number)));
    try {
      await Promise.all(isolates.map((isolate) => isolate.process.start()));
      return isolates;
    } catch (error) {
      await Promise.all(isolates.map((isolate) => isolate.process.stop()));
      throw error;
    }
  }

  async #create(number: number): Promise<Isolate> {
    const { name, deno, entry } = this.spec;
    const variables = await this.spec.variables();
    const port = freePort();
    const upstream = new Upstream(port);
    const process = new SupervisedProcess({
      name: `${name}.${number}`,
      command: deno,
      args: serveArguments(this.spec, variables, port),
      env: { ...cacheVariables(), ...variables },
      clearEnv: true,
      stopSignal: "SIGTERM",
      // Deno ends when nothing is left to do, and an idle database connection counts as something.
      stopTimeoutMs: 500,
      isReady: (signal) => until(() => probePort(loopback, port), signal, 20),
      onEnd: () => upstream.forget(),
      advice: `Correct ${entry} or what it imports; its own message is above.`,
    }, this.supervision);
    return { process, upstream };
  }
}

/** What Deno itself needs to find the packages it downloaded. */
function cacheVariables(): Record<string, string> {
  const names = ["HOME", "DENO_DIR", "XDG_CACHE_HOME", "NO_COLOR"];
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

function serveArguments(spec: FunctionSpec, variables: Record<string, string>, port: number): string[] {
  const hosts = spec.hosts === null ? "" : `=${[...spec.hosts, ...hostsIn(variables)].join(",")}`;
  return [
    ...["serve", "--quiet", "--no-prompt", "--node-modules-dir=none", "--cached-only"],
    // Deno versions write different lock files; the exact versions stand in the import map.
    "--no-lock",
    ...(spec.config === null ? ["--no-config"] : ["--config", spec.config]),
    `--allow-net${hosts}`,
    // All of it, as packages look for variables that are not there: the environment holds only what is theirs.
    "--allow-env",
    ...["--host", loopback, "--port", String(port), spec.entry],
  ];
}

async function retire({ process, upstream }: Isolate): Promise<void> {
  const giveUp = AbortSignal.timeout(drainMs);
  while (upstream.inFlight > 0 && !giveUp.aborted) await delay(25);
  await process.stop();
}

/** `host:port` of every URL among the values. */
function hostsIn(variables: Record<string, string>): string[] {
  const urls = Object.values(variables).filter((value) => URL.canParse(value)).map((value) => new URL(value));
  return urls.filter((url) => url.host !== "").map((url) =>
    `${url.hostname}:${url.port || (PORTS[url.protocol] ?? "443")}`
  );
}

const PORTS: Record<string, string> = { "http:": "80", "postgres:": "5432", "postgresql:": "5432" };
