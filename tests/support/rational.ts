/** Exact fractions on BigInt, for models that must not share a rounding with what they judge. */
export class Rational {
  static readonly zero = new Rational(0n, 1n);

  private constructor(readonly numerator: bigint, readonly denominator: bigint) {}

  /** A decimal as text, like "-0.05". */
  static of(text: string): Rational {
    const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
    if (match === null) throw new Error(`${text} is not a plain decimal`);
    const [, sign = "", whole = "", decimals = ""] = match;
    return Rational.reduced(BigInt(sign + whole + decimals), 10n ** BigInt(decimals.length));
  }

  private static reduced(numerator: bigint, denominator: bigint): Rational {
    let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
    while (b !== 0n) [a, b] = [b, a % b];
    return new Rational(numerator / a, denominator / a);
  }

  plus = (other: Rational) =>
    Rational.reduced(
      this.numerator * other.denominator + other.numerator * this.denominator,
      this.denominator * other.denominator,
    );
  negated = () => new Rational(-this.numerator, this.denominator);
  minus = (other: Rational) => this.plus(other.negated());
  times = (other: Rational) =>
    Rational.reduced(this.numerator * other.numerator, this.denominator * other.denominator);
  over(other: Rational): Rational {
    if (other.sign === 0) throw new Error("division by zero");
    const [numerator, denominator] = [this.numerator * other.denominator, this.denominator * other.numerator];
    return denominator < 0n
      ? Rational.reduced(-numerator, -denominator)
      : Rational.reduced(numerator, denominator);
  }

  /** -1, 0 or 1. */
  get sign(): -1 | 0 | 1 {
    return this.numerator > 0n ? 1 : this.numerator < 0n ? -1 : 0;
  }
  abs = () => this.sign < 0 ? this.negated() : this;
  exceeds = (other: Rational) => this.minus(other).sign > 0;
  equals = (other: Rational) => this.numerator === other.numerator && this.denominator === other.denominator;
  static least = (a: Rational, b: Rational) => a.exceeds(b) ? b : a;
  static greatest = (a: Rational, b: Rational) => a.exceeds(b) ? a : b;

  /** As text with at most `digits` decimals, half to even, without trailing zeros. */
  rounded(digits = 18): string {
    const scaled = this.abs().numerator * 10n ** BigInt(digits);
    const { denominator } = this;
    let units = scaled / denominator;
    const twice = 2n * (scaled % denominator);
    if (twice > denominator || (twice === denominator && units % 2n === 1n)) units += 1n;
    const text = units.toString().padStart(digits + 1, "0");
    const plain = `${text.slice(0, text.length - digits)}.${text.slice(text.length - digits)}`.replace(
      /\.?0*$/,
      "",
    );
    return this.sign < 0 && units !== 0n ? `-${plain}` : plain;
  }

  /** As text, all of it; throws when it has no end. */
  exact(): string {
    const text = this.rounded(120);
    if (!Rational.of(text).equals(this)) throw new Error("the fraction has no end as a decimal");
    return text;
  }
}

/** A round trip: from flat, or from a flip, to flat or to a flip. */
export interface ModelTrade {
  side: "long" | "short";
  quantity: Rational;
  entryPrice: Rational;
  exitPrice: Rational;
  gross: Rational;
  fees: Rational;
}

/** One position by average cost, told with an average price where the engine keeps a basis. */
export class ModelPosition {
  quantity = Rational.zero;
  average = Rational.zero;
  realized = Rational.zero;
  fees = Rational.zero;
  #trade = ModelPosition.newTrade();

  constructor(readonly multiplier: Rational) {}

  private static newTrade() {
    const { zero } = Rational;
    return { entered: zero, entryValue: zero, exitValue: zero, gross: zero, fees: zero };
  }

  /** Books a fill of `delta` signed units; returns what it realized and the round trip that it ended. */
  fill(delta: Rational, price: Rational, fee: Rational): { realized: Rational; closed: ModelTrade | null } {
    const held = this.quantity;
    const opposed = held.sign * delta.sign < 0;
    const closing = opposed ? Rational.least(held.abs(), delta.abs()) : Rational.zero;
    const opening = delta.abs().minus(closing);
    const closingFee = fee.times(closing).over(delta.abs());
    const perUnit = held.sign > 0 ? price.minus(this.average) : this.average.minus(price);
    const realized = perUnit.times(closing).times(this.multiplier);
    let closed: ModelTrade | null = null;

    this.#trade.exitValue = this.#trade.exitValue.plus(closing.times(price));
    this.#trade.gross = this.#trade.gross.plus(realized);
    this.#trade.fees = this.#trade.fees.plus(closingFee);
    if (opposed && closing.equals(held.abs())) {
      const { entered, entryValue, exitValue, gross, fees } = this.#trade;
      closed = {
        side: held.sign > 0 ? "long" : "short",
        quantity: entered,
        entryPrice: entryValue.over(entered),
        exitPrice: exitValue.over(entered),
        gross,
        fees,
      };
      this.#trade = ModelPosition.newTrade();
      this.average = Rational.zero;
    }
    if (opening.sign > 0) {
      const before = opposed ? Rational.zero : held.abs();
      this.average = before.times(this.average).plus(opening.times(price)).over(before.plus(opening));
      this.#trade.entered = this.#trade.entered.plus(opening);
      this.#trade.entryValue = this.#trade.entryValue.plus(opening.times(price));
      this.#trade.fees = this.#trade.fees.plus(fee.minus(closingFee));
    }
    this.quantity = held.plus(delta);
    this.realized = this.realized.plus(realized);
    this.fees = this.fees.plus(fee);
    return { realized, closed };
  }

  get costBasis(): Rational {
    return this.quantity.times(this.average).times(this.multiplier);
  }
  value(mark: Rational): Rational {
    return this.quantity.times(mark).times(this.multiplier);
  }
}

/** Cash and positions of one account; a position's key names its strategy and symbol. */
export class ModelAccount {
  readonly positions = new Map<string, ModelPosition>();
  readonly marks = new Map<string, Rational>();
  readonly trades: ModelTrade[] = [];

  constructor(readonly deposits: Rational, public cash = deposits) {}

  position(symbol: string, strategy: string, multiplier: Rational): ModelPosition {
    const key = JSON.stringify([symbol, strategy]);
    const known = this.positions.get(key) ?? new ModelPosition(multiplier);
    this.positions.set(key, known);
    return known;
  }

  /** Cash changes by -signed quantity x price x multiplier - fee. */
  fill(position: ModelPosition, delta: Rational, price: Rational, fee: Rational): Rational {
    const { realized, closed } = position.fill(delta, price, fee);
    if (closed) this.trades.push(closed);
    this.cash = this.cash.minus(delta.times(price).times(position.multiplier)).minus(fee);
    return realized;
  }

  get equity(): Rational {
    return [...this.positions].reduce((sum, [key, position]) => {
      const [symbol] = JSON.parse(key) as [string, string];
      return sum.plus(position.value(this.marks.get(symbol) ?? Rational.zero));
    }, this.cash);
  }

  /** Realized gross - fees + unrealized: what equity - deposits must equal. */
  get profit(): Rational {
    return [...this.positions].reduce((sum, [key, position]) => {
      const [symbol] = JSON.parse(key) as [string, string];
      const unrealized = position.value(this.marks.get(symbol) ?? Rational.zero).minus(position.costBasis);
      return sum.plus(position.realized).minus(position.fees).plus(unrealized);
    }, Rational.zero);
  }
}
