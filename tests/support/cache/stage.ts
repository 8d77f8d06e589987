import type { Isolate, Row, Subject } from "./subjects.ts";
import { World } from "./world.ts";

const KEY = "position:default:AAPL";

/** One row in a database, read through the caches of some isolates, and a judge of how old what they serve is. */
export class Stage {
  readonly world: World;
  readonly isolates: Isolate[];
  /** The row's version in the database. */
  version = 1;
  /** Milliseconds by which the worst read was older than a change that had been answered when it began. */
  worst = 0;
  #answered: { version: number; at: number }[] = [];

  constructor(subject: Subject, isolates: number, ttl: number) {
    this.world = new World();
    this.isolates = subject(this.world, isolates, ttl);
  }

  isolate(index: number): Isolate {
    const isolate = this.isolates[index];
    if (isolate === undefined) throw new RangeError(`no isolate ${index}`);
    return isolate;
  }

  /** Reads through one isolate; the database takes `milliseconds` to answer what it saw when it was asked. */
  async read(index: number, milliseconds = 5): Promise<Row> {
    const begun = this.world.now;
    const row = await this.isolate(index).read(KEY, async () => {
      const { version } = this;
      await this.world.sleep(milliseconds);
      return { version };
    });
    const missed = this.#answered.find(({ version }) => version > row.version);
    if (missed !== undefined) this.worst = Math.max(this.worst, begun - missed.at);
    return row;
  }

  /** Commits a new version and tells the cache of one isolate that the row changed. */
  change(index: number): Promise<unknown> {
    this.#commit();
    return this.isolate(index).change(KEY);
  }

  /** Commits a new version and writes it through the cache of one isolate. */
  write(index: number): Promise<unknown> {
    const version = this.#commit();
    return this.isolate(index).write(KEY, { version });
  }

  /** Writes an older version through, as an isolate does that was held up after its commit. */
  writeLate(index: number, version: number): Promise<unknown> {
    return this.isolate(index).write(KEY, { version });
  }

  #commit(): number {
    this.#answered.push({ version: ++this.version, at: this.world.now });
    return this.version;
  }

  /** Lets time pass, with every isolate reading all the while. */
  async watch(milliseconds: number): Promise<void> {
    const until = this.world.now + milliseconds;
    while (this.world.now < until) {
      await this.world.finish(Promise.all(this.isolates.map((_, index) => this.read(index))));
      await this.world.advance(50);
    }
  }
}

/** Runs with the clocks of the process in the world's hands, for code that cannot be given a clock. */
export async function inTimeOf<T>(world: World, body: () => Promise<T>): Promise<T> {
  const real = { date: Date.now, performance: performance.now };
  Date.now = () => world.now;
  performance.now = () => world.now;
  try {
    return await body();
  } finally {
    Date.now = real.date;
    performance.now = real.performance;
  }
}
