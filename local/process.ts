import { doubling } from "../supabase/functions/_shared/time/backoff.ts";
import { delay } from "../supabase/functions/_shared/time/delay.ts";
import { errorText, StackError } from "./errors.ts";
import { forEachLine, type Log } from "./log.ts";
import type { OrphanGuard } from "./orphans.ts";

/** What to run (`env` is added to ours, or with `clearEnv` all; a user is for root to choose), and when it serves. */
export interface ProcessSpec {
  name: string;
  command: string;
  options: Pick<Deno.CommandOptions, "args" | "cwd" | "env" | "clearEnv" | "uid" | "gid">;
  /** The signal that ends it in order. */
  stopSignal: Deno.Signal;
  /** Milliseconds until it is ended by force; 10,000 if not given. */
  stopTimeoutMs?: number;
  /** Throws while it does not serve. Called until it does, unless the process ends first or takes too long. */
  probe(): Promise<void>;
  /** Called each time it serves, also after a crash. */
  onReady?(): void;
  /** Called each time it ends: before its stop signal, and when it is gone. */
  onEnd?(): void;
  /** What the reader can do when it does not start. */
  advice: string;
}

/** What supervised processes share within one stack. */
export interface Supervision {
  log: Log;
  orphans: OrphanGuard;
  /** Called when a process cannot be brought back. */
  onFatal(error: StackError): void;
}

const startTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;
const tries = 7;
const keptLines = 12;

/** A child process that is brought back when it crashes, and can be stopped, started and replaced while the rest runs. */
export class SupervisedProcess {
  #child: Deno.ChildProcess | null = null;
  #exited = Promise.resolve();
  #wanted = false;
  #ready = false;
  #lastLines: string[] = [];

  constructor(readonly spec: ProcessSpec, readonly supervision: Supervision) {}

  /** The prefix of its log lines, such as `postgrest` or `alerts.1`. */
  get name(): string {
    return this.spec.name;
  }

  /** Process id, or null while it is not running. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** True while it serves. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Resolves once it serves; throws a StackError when it cannot. */
  async start(): Promise<void> {
    if (this.#wanted) return;
    this.#wanted = true;
    try {
      await this.#launch();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Ends it in order; it stays down until started. */
  async stop(): Promise<void> {
    this.#wanted = false;
    this.#ready = false;
    const [child, exited] = [this.#child, this.#exited];
    if (child === null) return;
    this.spec.onEnd?.();
    signalIfAlive(child, this.spec.stopSignal);
    const timer = setTimeout(() => signalIfAlive(child, "SIGKILL"), this.spec.stopTimeoutMs ?? stopTimeoutMs);
    await exited;
    clearTimeout(timer);
  }

  /** Stop and start. A crash needs no restart: it is brought back by itself. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async #launch(): Promise<void> {
    this.#lastLines = [];
    const child = this.#spawn();
    const ended = new AbortController();
    this.#child = child;
    this.#exited = this.#follow(child).finally(() => ended.abort());
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(startTimeoutMs)]);
    try {
      await until(this.spec.probe, signal);
    } catch (error) {
      if (!ended.signal.aborted) signalIfAlive(child, "SIGKILL");
      await this.#exited;
      throw this.#startError(error);
    }
    // It may have crashed between its last sign of life and here.
    if (ended.signal.aborted) throw this.#startError("it ended at once");
    this.#ready = true;
    this.spec.onReady?.();
  }

  #spawn(): Deno.ChildProcess {
    try {
      return new Deno.Command(this.spec.command, {
        ...this.spec.options,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
        // Ctrl-C in a terminal goes to the whole group; the parts are to end in order, by us.
        detached: true,
      }).spawn();
    } catch (error) {
      throw new StackError(`${this.name} cannot be run: ${errorText(error)}`, this.spec.advice);
    }
  }

  /** Logs what the process says until it ends, then brings it back unless it was told to end. */
  async #follow(child: Deno.ChildProcess): Promise<void> {
    const { log, orphans } = this.supervision;
    orphans.add(child.pid);
    const onLine = (line: string) => {
      this.#lastLines = [...this.#lastLines, line].slice(-keptLines);
      log.part(this.name, line);
    };
    const output = Promise.all([forEachLine(child.stdout, onLine), forEachLine(child.stderr, onLine)]);
    const status = await child.status;
    orphans.remove(child.pid);
    const served = this.#ready;
    this.#child = null;
    this.#ready = false;
    this.spec.onEnd?.();
    if (served && this.#wanted) {
      log.part(
        this.name,
        `ended unexpectedly (${status.signal ?? `exit code ${status.code}`}); starting it again`,
      );
      void this.#recover();
    } else {
      // Its last words may say why it did not start. A grandchild can hold the pipe open: do not wait for it.
      await Promise.race([output, delay(200)]);
    }
  }

  async #recover(): Promise<void> {
    let failure: unknown;
    for (let failures = 0; failures < tries; failures++) {
      await delay(doubling(failures, 50, 3_200));
      if (!this.#wanted) return;
      try {
        await this.#launch();
        this.supervision.log.part(this.name, "is back");
        return;
      } catch (error) {
        failure = error;
        if (!this.#wanted) return;
      }
    }
    this.#wanted = false;
    this.supervision.onFatal(
      new StackError(
        `${this.name} crashed and did not come back in ${tries} tries: ${errorText(failure)}`,
        this.spec.advice,
      ),
    );
  }

  #startError(cause: unknown): StackError {
    const said = this.#lastLines.map((line) => `\n    ${line}`).join("");
    const reason = said === "" ? ` (${errorText(cause)})` : `; it said:${said}`;
    return new StackError(`${this.name} did not start${reason}`, this.spec.advice);
  }
}

/** Calls `probe` until it succeeds; throws the last failure when `signal` is aborted first. */
export async function until(probe: () => Promise<void>, signal: AbortSignal, pauseMs = 20): Promise<void> {
  let failure: unknown = new Error("it ended before it served");
  while (!signal.aborted) {
    try {
      return await probe();
    } catch (error) {
      failure = error;
      await delay(pauseMs);
    }
  }
  throw failure;
}

/** Succeeds once somebody listens on the port. */
export async function probePort(hostname: string, port: number): Promise<void> {
  const connection = await Deno.connect({ hostname, port });
  connection.close();
}

function signalIfAlive(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It ended a moment ago, which is what the signal was for.
  }
}
