import { join, relative } from "node:path";
import { parseApiKeys } from "../supabase/functions/_shared/auth/api-keys.ts";
import { readConfig } from "../supabase/functions/_shared/config/config.ts";
import { delay } from "../supabase/functions/_shared/time/delay.ts";
import { errorText, StackError } from "./errors.ts";
import { readFunctionEnv } from "./function-env.ts";
import { exists, inRepository } from "./paths.ts";
import { freePort, loopback } from "./ports.ts";
import { probePort, SupervisedProcess, type Supervision } from "./process.ts";
import { Upstream } from "./upstream.ts";

/** What the functions of a stack run with. */
export interface FunctionSettings {
  /** Path of the Deno program that runs them. */
  deno: string;
  /** Processes of each. */
  isolates: number;
  /** The user's variables, a `.env` file. */
  envPath: string;
  /** The variables of the hosted runtime. They win over the user's. */
  hosted: Record<string, string>;
  /** Address and token of the Redis bridge, or nothing. The user's variables win over them. */
  redis: Record<string, string>;
  /** `host:port` of the stack's own parts, which every function may reach. */
  hosts: string[];
}

export const functionsDirectory = inRepository("supabase", "functions");

// Functions that call addresses their users choose; every other one reaches only this stack and its own `.env`.
const functionsWithOpenNetwork = new Set(["marks", "notifications"]);

// A retired isolate gets this long to finish what it is answering.
const drainMs = 10_000;

interface Isolate {
  process: SupervisedProcess;
  upstream: Upstream;
}

/** The processes of one function, each with its own memory, as the hosted runtime has its isolates. */
export class FunctionPool {
  #isolates: Isolate[] = [];
  #turn = 0;
  readonly #directory: string;
  readonly #entry: string;

  constructor(
    readonly name: string,
    readonly settings: FunctionSettings,
    readonly supervision: Supervision,
  ) {
    this.#directory = join(functionsDirectory, name);
    this.#entry = join(this.#directory, "index.ts");
  }

  /** The processes, in the order of their numbers. */
  get processes(): SupervisedProcess[] {
    return this.#isolates.map((isolate) => isolate.process);
  }

  /**
   * Downloads and compiles what the function imports, once for all its isolates.
   *
   * @throws StackError when it does not compile or a package cannot be had
   */
  async prepare(): Promise<void> {
    const { success, stderr } = await new Deno.Command(this.settings.deno, {
      args: ["cache", "--quiet", ...await this.#resolution(), this.#entry],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return;
    // Deno's own stack, below its message, says nothing about the function.
    const [said = ""] = new TextDecoder().decode(stderr).split("\nStack backtrace:");
    throw new StackError(
      `The function ${this.name} does not load:\n    ${said.trim().replaceAll("\n", "\n    ")}`,
      `Correct ${relative(inRepository(), this.#entry)} or what it imports.`,
    );
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
    return inTurn.map(({ upstream }) => upstream).sort((a, b) => a.inFlight - b.inFlight)[0] ?? null;
  }

  /** The environment of a new process: all it can read. Throws a StackError where no function would start with it. */
  async variables(): Promise<Record<string, string>> {
    const { envPath, hosted, redis } = this.settings;
    const variables = {
      ...redis,
      ...await readFunctionEnv(envPath),
      ...hosted,
      SUPABASE_FUNCTION_SLUG: this.name,
      SB_EXECUTION_ID: crypto.randomUUID(),
    };
    try {
      parseApiKeys(readConfig(variables).apiKeys);
      return variables;
    } catch (error) {
      throw new StackError(errorText(error), `Correct ${envPath}.`);
    }
  }

  async #launchAll(): Promise<Isolate[]> {
    const numbers = Array.from({ length: this.settings.isolates }, (_, index) => index + 1);
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
    const variables = await this.variables();
    const hosts = functionsWithOpenNetwork.has(this.name)
      ? ""
      : `=${[...this.settings.hosts, ...hostsIn(variables)].join(",")}`;
    const port = freePort();
    const upstream = new Upstream(port);
    const process = new SupervisedProcess({
      name: `${this.name}.${number}`,
      command: this.settings.deno,
      options: {
        args: [
          ...["serve", "--quiet", "--no-prompt", "--cached-only", ...await this.#resolution()],
          `--allow-net${hosts}`,
          // All of it, as packages look for variables that are not there: the environment holds only what is theirs.
          "--allow-env",
          ...["--host", loopback, "--port", String(port), this.#entry],
        ],
        env: { ...cacheVariables(), ...variables },
        clearEnv: true,
      },
      stopSignal: "SIGTERM",
      // Deno ends when nothing is left to do, and an idle database connection counts as something.
      stopTimeoutMs: 500,
      probe: () => probePort(loopback, port),
      onEnd: () => upstream.forget(),
      advice: `Correct ${this.#entry} or what it imports; its own message is above.`,
    }, this.supervision);
    return { process, upstream };
  }

  /** How Deno finds what the function imports: by its `deno.json`, if it has one. */
  async #resolution(): Promise<string[]> {
    const config = join(this.#directory, "deno.json");
    // Deno versions write different lock files; the exact versions stand in the import map.
    const shared = ["--no-lock", "--node-modules-dir=none"];
    return [...shared, ...await exists(config) ? ["--config", config] : ["--no-config"]];
  }
}

/** What Deno itself needs to find the packages it downloaded. */
const CACHE_NAMES = ["HOME", "DENO_DIR", "XDG_CACHE_HOME", "NO_COLOR"];
const cacheVariables = (): Record<string, string> =>
  Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => CACHE_NAMES.includes(name)));

async function retire({ process, upstream }: Isolate): Promise<void> {
  const giveUp = AbortSignal.timeout(drainMs);
  while (upstream.inFlight > 0 && !giveUp.aborted) await delay(25);
  await process.stop();
}

const PORTS: Record<string, string> = { "http:": "80", "postgres:": "5432", "postgresql:": "5432" };

/** `host:port` of every URL among the values. */
const hostsIn = (variables: Record<string, string>): string[] =>
  Object.values(variables).flatMap((value) => URL.parse(value) ?? []).filter(({ host }) => host !== "")
    .map(({ hostname, port, protocol }) => `${hostname}:${port || (PORTS[protocol] ?? "443")}`);
