import { signOf } from "./decimal.ts";

/** The class that colors a gain or a loss. */
export function toneOf(amount: string): string {
  return ["down", "", "up"][signOf(amount) + 1] ?? "";
}
