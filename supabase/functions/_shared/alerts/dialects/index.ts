import type { FieldName } from "../fields.ts";
import { type Message, plainName } from "../message.ts";
import type { Dialect } from "./dialect.ts";
import { own } from "./own.ts";
import { strategy } from "./strategy.ts";
import { targetSize } from "./target-size.ts";
import { threeCommas } from "./three-commas.ts";
import { traderspost } from "./traderspost.ts";

/** The dialects in the order in which they are asked: the most telling marks first, and `own`, which takes all, last. */
export const DIALECTS: readonly Dialect[] = [threeCommas, strategy, targetSize, traderspost, own];

/** The dialect that reads this message. */
export function dialectOf(message: Message): Dialect {
  return DIALECTS.find((dialect) => dialect.recognizes(message)) ?? own;
}

/** The canonical field that a sender's path means, in whatever dialect knows it, and that sender's name for it. */
export function canonicalName(path: string): { field: FieldName; source: string } | undefined {
  const plain = path.split(".").map(plainName).join(".");
  for (const { names } of DIALECTS) {
    const place = names.places.get(plain)?.[0];
    if (place !== undefined) return place;
  }
  return undefined;
}
