import { z } from "zod";
import { DIALECTS } from "../../supabase/functions/_shared/alerts/dialects/index.ts";
import { OWN_NAMES } from "../../supabase/functions/_shared/alerts/dialects/own.ts";
import { FIELD_NAMES } from "../../supabase/functions/_shared/alerts/fields.ts";
import {
  ACTION_WORDS,
  ORDER_TYPE_WORDS,
  QUANTITY_TYPE_WORDS,
  SIDE_WORDS,
  TIME_IN_FORCE_WORDS,
} from "../../supabase/functions/_shared/alerts/words.ts";
import { alertFieldsSchema } from "../../supabase/functions/_shared/validators/canonical-alert.ts";
import { benchmarkRegions } from "./benchmarks.ts";
import { code, type Regions, table } from "./regions.ts";

/** Every part of the documentation that is made from the code alone. */
export const tableRegions = async (): Promise<Regions> => ({
  "alert-fields": alertFields(),
  dialects: dialects(),
  words: words(),
  ...await benchmarkRegions(),
});

interface Described {
  title?: string;
  description?: string;
}

/** The canonical fields, what each means and what it may be. */
function alertFields(): string {
  const { properties } = z.toJSONSchema(alertFieldsSchema, { io: "input", unrepresentable: "any" });
  const rows = Object.entries(properties ?? {}).map(([name, described]) => {
    const { title = "", description = "" } = described as Described;
    return [code(name), title, description];
  });
  return table(["field", "what it means", "what it may be"], rows);
}

/** Names as code, side by side. */
const named = (names: readonly string[]) => names.map(code).join(" ");

/** For each field the names under which it is looked for, the most telling first, and those that a dialect puts before them. */
function dialects(): string {
  const rows = FIELD_NAMES.map((field) => {
    const before = DIALECTS.filter(({ first }) => first[field] !== undefined)
      .map(({ name, first }) => `${name}: ${named(first[field] ?? [])}`);
    return [code(field), named(OWN_NAMES[field]), before.join("; ")];
  });
  return table(["field", "its names", "and before them, in"], rows);
}

/** Whose words mean what. */
function words(): string {
  const simple = (field: string, map: ReadonlyMap<string, string>) =>
    [...new Set(map.values())].map((ours) => [
      code(field),
      code(ours),
      named([...map].filter(([, value]) => value === ours).map(([word]) => word)),
    ]);
  const meanings = new Map<string, string[]>();
  for (const [word, { action, side }] of ACTION_WORDS) {
    const meaning = side === undefined ? code(action) : `${code(action)}, ${clampOf(action, side)}`;
    meanings.set(meaning, [...meanings.get(meaning) ?? [], word]);
  }
  return table(["field", "is", "when it says"], [
    ...[...meanings].map(([meaning, said]) => [code("action"), meaning, named(said)]),
    ...simple("target.side", SIDE_WORDS),
    ...simple("quantity_type", QUANTITY_TYPE_WORDS),
    ...simple("order_type", ORDER_TYPE_WORDS),
    ...simple("time_in_force", TIME_IN_FORCE_WORDS),
  ]);
}

/** What a side adds to an action. */
function clampOf(action: string, side: string): string {
  if (action === "close") return `of a ${side} position only`;
  return `never ends ${side === "long" ? "short" : "long"}`;
}
