export class Samples {
  readonly #kept: number[] = [];
  #next = 0;

  constructor(readonly size: number) {}

  add(value: number): void {
    this.#kept[this.#next] = value;
    this.#next = (this.#next + 1) % this.size;
  }

  /** The smallest sample that a share (0 to 1) of all does not exceed; 0 without samples. */
  percentile(share: number): number {
    const sorted = this.#kept.toSorted((a, b) => a - b);
    return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? 0;
  }
}
