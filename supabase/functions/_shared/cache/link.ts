import type { Log } from "../observability/log.ts";
import { Breaker } from "./breaker.ts";
import { type Environment, within } from "./environment.ts";
import {
  type Command,
  RefusedError,
  type Reply,
  REQUEST_DEADLINE,
  type SendCommands,
} from "./redis-client.ts";

/** The way to Redis: behind a circuit breaker, counted, and never an error for the caller. */
export class Link {
  /** Commands sent, and calls without a good answer. */
  commands = 0;
  errors = 0;
  readonly breaker: Breaker;
  /** What to send to find out whether Redis is back; must report nothing but go through {@link call}. */
  probe: () => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly send: SendCommands,
    private readonly environment: Environment,
    log: Log,
  ) {
    this.breaker = new Breaker({
      now: environment.now,
      onChange: (away, reason) =>
        away
          ? log("warn", "cache: Redis is away, memory layer only", { reason })
          : log("info", "cache: Redis is back"),
    });
  }

  /** True while Redis is not asked. Starts a probe, behind the caller's back, when one is due. */
  isAway(): boolean {
    if (this.breaker.state === "closed") return false;
    if (this.breaker.takeProbe()) this.environment.background(this.probe());
    return true;
  }

  /**
   * Sends commands; null when Redis is away or did not answer well and in time. A probe goes out although Redis is away;
   * who is patient waits as long as the request lasts.
   */
  async call(
    commands: readonly Command[],
    { probe = false, patient = false } = {},
  ): Promise<Reply[] | null> {
    if (!probe && this.isAway()) return null;
    this.commands += commands.length;
    const answer = within(this.environment, REQUEST_DEADLINE, this.#send(commands));
    const inTime = within(this.environment, this.environment.deadlineMs, answer);
    try {
      return await this.breaker.follow(answer, inTime).catch((error) =>
        patient ? answer : Promise.reject(error)
      );
    } catch {
      this.errors++;
      return null;
    }
  }

  async #send(commands: readonly Command[]): Promise<Reply[]> {
    const replies = await this.send(commands);
    const good = replies.map((reply, index): Reply => isGood(commands[index], reply) ? reply : { ok: false });
    if (!good.some(({ ok }) => ok)) throw new RefusedError();
    return good;
  }
}

const isText = (value: unknown) => value === null || typeof value === "string";

/** True when a reply has the form that its command's replies have. */
function isGood(command: Command | undefined, reply: Reply): boolean {
  if (command === undefined || !reply.ok) return false;
  if (command.op !== "mget") return true;
  return Array.isArray(reply.result) && reply.result.length === command.keys.length &&
    reply.result.every(isText);
}
