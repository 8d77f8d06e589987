import { type Read, readDecimal } from "../validators/decimal.ts";

/** How numbers look whose fraction stands behind `point`, and whose thousands are parted by `group`. */
function shapesOf(point: "." | ",", group: "." | ",") {
  return {
    point,
    group,
    /** Has a fraction, and no other reading: no three digits that may be thousands. */
    fraction: new RegExp(`^(?:(?:0|\\d{4,})[${point}]\\d+|\\d*[${point}](?:\\d{1,2}|\\d{4,}))$`),
    /** Has thousands, and no other reading. */
    grouped: new RegExp(`^\\d{1,3}(?:(?:[${group}]\\d{3})+[${point}]\\d+|(?:[${group}]\\d{3}){2,})$`),
    /** May be either. */
    either: new RegExp(`^\\d{1,3}[${group}]\\d{3}$`),
  };
}
type Shapes = ReturnType<typeof shapesOf>;

const POINTS = shapesOf(".", ",");
const COMMAS = shapesOf(",", ".");

/** Spaces that part thousands: none can be a decimal point. */
const SPACED = /^\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?=[.,]|$)/;

const MINUS = /^[-\u2212]/;
const unsigned = (text: string): string =>
  text.replace(MINUS, "").replace(SPACED, (found) => found.replaceAll(/\s/g, ""));

/**
 * What reads the numbers of a file. Whether a comma is its decimal point is what the other numbers show: after
 * `1816,28` the file's `1,234` is one and a bit, after `20,000.00` it is a thousand and more. Where nothing shows it, or
 * both, a comma is refused.
 */
export function numberReader(texts: readonly string[]): (text: string) => Read<string> {
  const bare = texts.map(unsigned);
  const shows = (pattern: RegExp) => bare.some((text) => pattern.test(text));
  const has = ({ fraction, grouped }: Shapes) => shows(fraction) || shows(grouped);
  const areMixed = has(COMMAS) && has(POINTS);
  const shapes = has(COMMAS) && !areMixed ? COMMAS : POINTS;
  const areGrouped = !areMixed && shows(shapes.grouped);
  return (text) => {
    const read = readAs(shapes, unsigned(text), areGrouped);
    return read.ok && MINUS.test(text) && read.value !== "0" ? { ok: true, value: `-${read.value}` } : read;
  };
}

function readAs({ point, group, grouped, either }: Shapes, text: string, areGrouped: boolean): Read<string> {
  const whole = grouped.test(text) || (areGrouped && either.test(text)) ? text.replaceAll(group, "") : text;
  if (point === ".") return readDecimal(whole);
  return whole.includes(".")
    ? { ok: false, message: "has a point, where the file's other numbers have a comma before their fraction" }
    : readDecimal(whole.replace(",", "."));
}
