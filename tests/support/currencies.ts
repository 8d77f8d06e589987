import { Rational } from "./rational.ts";

const { zero } = Rational;
const one = Rational.of("1");
interface Mark {
  price: Rational;
  at: number;
}

/** What is held of one symbol by one strategy: an average price in the currency of its prices, and what it cost in the account's. */
class ForeignPosition {
  quantity = zero;
  average = zero;
  cost = zero;
  realized = zero;
  fees = zero;
}

/** An instrument: its multiplier, and the currency of its prices; null: the account's own. */
export interface Terms {
  multiplier: Rational;
  currency: string | null;
}

/**
 * An account in USD told in exact fractions, from the other end than the engine tells it: equity is what was paid in, plus
 * what each close has realized at its rate, plus what is open at the rates of now; cash is that without what is held.
 */
export class ForeignAccount {
  readonly #positions = new Map<string, ForeignPosition>();
  readonly #marks = new Map<string, Mark>();

  constructor(readonly deposits: Rational, readonly terms: ReadonlyMap<string, Terms>) {}

  position(symbol: string, strategy: string): ForeignPosition {
    const key = `${symbol} ${strategy}`;
    const known = this.#positions.get(key) ?? new ForeignPosition();
    this.#positions.set(key, known);
    return known;
  }

  /** A price that was seen at a time; an older one than is known changes nothing. */
  mark(symbol: string, price: Rational, at: number): void {
    if (at >= (this.#marks.get(symbol)?.at ?? 0)) this.#marks.set(symbol, { price, at });
  }

  /** USD per unit of the currency of a symbol's prices: by the newer of both pairs; null: neither was seen. */
  rate(symbol: string): Rational | null {
    const currency = this.terms.get(symbol)?.currency ?? null;
    if (currency === null) return one;
    const [direct, inverse] = [this.#marks.get(`${currency}USD`), this.#marks.get(`USD${currency}`)];
    if (inverse === undefined) return direct?.price ?? null;
    return direct !== undefined && direct.at >= inverse.at ? direct.price : one.over(inverse.price);
  }

  /** Books a fill of signed units; returns what it realized, in USD. */
  fill(symbol: string, strategy: string, delta: Rational, price: Rational, fee: Rational): Rational {
    const [held, scale] = [this.position(symbol, strategy), this.scale(symbol)];
    const units = held.quantity.abs();
    const closing = held.quantity.sign * delta.sign < 0 ? Rational.least(units, delta.abs()) : zero;
    const opening = delta.abs().minus(closing);
    const gain = held.quantity.sign > 0 ? price.minus(held.average) : held.average.minus(price);
    const realized = gain.times(closing).times(scale);
    const kept = units.minus(closing);

    if (kept.sign === 0) held.average = zero;
    held.cost = units.sign === 0 ? zero : held.cost.times(kept).over(units);
    if (opening.sign > 0) {
      held.average = kept.times(held.average).plus(opening.times(price)).over(kept.plus(opening));
      const paid = opening.times(price).times(scale);
      held.cost = held.cost.plus(delta.sign > 0 ? paid : paid.negated());
    }
    held.quantity = held.quantity.plus(delta);
    held.realized = held.realized.plus(realized);
    held.fees = held.fees.plus(fee);
    return realized;
  }

  /** USD per unit and point. */
  scale(symbol: string): Rational {
    return (this.terms.get(symbol)?.multiplier ?? one).times(this.rate(symbol) ?? zero);
  }

  get cash(): Rational {
    return this.#sum(({ realized, fees, cost }) => realized.minus(fees).minus(cost));
  }
  get equity(): Rational {
    return this.#sum(({ realized, fees, quantity, average }, symbol) => {
      const mark = this.#marks.get(symbol)?.price ?? zero;
      return realized.minus(fees).plus(quantity.times(mark.minus(average)).times(this.scale(symbol)));
    });
  }
  #sum(of: (position: ForeignPosition, symbol: string) => Rational): Rational {
    return [...this.#positions].reduce(
      (sum, [key, position]) => sum.plus(of(position, key.split(" ")[0] ?? "")),
      this.deposits,
    );
  }
}
