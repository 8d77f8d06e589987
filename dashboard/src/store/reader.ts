import { ApiError } from "../api/client.ts";

/** What a view has of what it asked for. */
export interface Read<T> {
  /** The last answer, perhaps to the question before; null before the first. */
  data: T | null;
  /** Why the last attempt failed; null when it did not. */
  error: ApiError | null;
  /** The question that `data` answers. */
  key: string | null;
}

/** A read waits this many times as long as it took before it is made again: the database is there for the alerts first. */
const REST = 5;
/** What was asked ahead of everything else is asked again after so many milliseconds. */
const SECOND_LOOK_MS = 1_000;
/** A failed read is tried again after so many milliseconds. */
const RETRY_MS = 3_000;
/** One that the database is too busy for is tried again sooner, give or take a half, so that not all come at once. */
const BUSY_MS = 400;
/** So often without a word. */
const PATIENCE = 5;

/** Asks one question at a time, again after changes, and again after failures. */
export class Reader<T> {
  #key: string | null = null;
  #read: (() => Promise<T>) | null = null;
  #round = 0;
  #asking = false;
  #changed = false;
  #restUntil = 0;
  #refused = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last: Read<T> = { data: null, error: null, key: null };

  #first: Promise<T> | null;

  /**
   * @param onRead is told of every answer and every failure
   * @param first an answer to the first question that is on its way already. It may be older than the account's version,
   *   by which changes are known: the question is soon asked again.
   */
  constructor(readonly onRead: (read: Read<T>) => void, first: Promise<T> | null = null) {
    this.#first = first;
  }

  /** Asks this question from now on, at once. */
  ask(key: string, read: () => Promise<T>): void {
    this.#read = read;
    if (key === this.#key) return;
    this.#key = key;
    this.#round++;
    this.#asking = false;
    this.#restUntil = 0;
    this.#refused = 0;
    this.#schedule(0);
  }

  /** What was read may have changed: asks again, after a rest as long as the question is costly. */
  changed(): void {
    if (this.#asking) this.#changed = true;
    else this.#schedule(this.#restUntil - performance.now());
  }

  /** Asks nothing more. */
  stop(): void {
    this.#round++;
    clearTimeout(this.#timer);
  }

  #schedule(milliseconds: number): void {
    clearTimeout(this.#timer);
    const round = this.#round;
    this.#timer = setTimeout(() => this.#run(round), Math.max(0, milliseconds));
  }

  async #run(round: number): Promise<void> {
    const [key, read] = [this.#key, this.#read];
    if (read === null) return;
    this.#asking = true;
    this.#changed = false;
    const started = performance.now();
    const first = this.#first;
    this.#first = null;
    let result = await settle(() => first ?? read());
    if (first !== null && result.error !== null) result = await settle(read);
    // Another question was asked meanwhile, or none any more.
    if (round !== this.#round) return;
    this.#asking = false;
    const { data, error } = result;
    this.#refused = error?.isBusy ? this.#refused + 1 : 0;
    if (this.#refused > 0 && this.#refused <= PATIENCE) {
      return this.#schedule(BUSY_MS * (0.5 + Math.random()));
    }
    const ended = performance.now();
    this.#restUntil = ended + Math.max((ended - started) * REST, first === null ? 0 : SECOND_LOOK_MS);
    if (first !== null) this.#changed = true;
    const kept = this.#last.key === key ? this.#last.data : null;
    this.#last = { data: error === null ? data : kept, error, key };
    this.onRead(this.#last);
    if (error !== null) this.#schedule(RETRY_MS);
    else if (this.#changed) this.changed();
  }
}

/** What was read, or why it was not. */
export async function settle<T>(read: () => Promise<T>): Promise<Pick<Read<T>, "data" | "error">> {
  try {
    return { data: await read(), error: null };
  } catch (thrown) {
    return { data: null, error: thrown instanceof ApiError ? thrown : new ApiError(String(thrown), null, 0) };
  }
}
