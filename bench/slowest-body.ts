/**
 * `deno task bench slowest-body [generations]`: searches for the body of 64 KiB that takes an isolate longest, without a
 * key and with one: random bodies by fast-check, the slowest of which are crossed and changed, generation after
 * generation. Prints the slowest; `keep` as an argument writes the 32 worst into tests/fixtures, for a test that counts
 * the work they make. Exits 1 when one takes 100 ms or more.
 */
import fc from "fast-check";
import { inRepository } from "../local/paths.ts";
import { bodyOf, KEY, type Recipe, SHELL_NAMES, slowFunction } from "../tests/support/slow-bodies.ts";
import { table } from "./table.ts";

const MOST_MS = 100;
const KEPT = 32;
const generations = Number(Deno.args.find((arg) => /^\d+$/.test(arg)) ?? 30);

const hex = "0123456789abcdef".repeat(4) + "01234567";
const fragments = [
  ...[
    '"',
    "\\",
    '\\"',
    "\\\\",
    "\\u0073",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "'",
    "“",
    " ",
    "\t",
    "\n",
    ";",
    "&",
    "=",
    "%",
    "%41",
  ],
  ...[
    "na",
    "NaN",
    "null",
    "true",
    "1",
    "-0.5",
    "1e999999999",
    "9".repeat(70),
    "{{x}}",
    "{{",
    "${x}",
    "é",
    "\u200b",
    "\u202e",
    "😀",
  ],
  ...[
    '"n#":1',
    '"n#":na',
    '"n#":{{x}}',
    '"n#":{"symbol":"B"}',
    '"n#":[na]',
    '"limit_price":#',
    '"L_I_M_I_T-price":#',
    '"limitPrice":{}',
    '"n#":{}',
    '"n#":[]',
    `"${"[1]".repeat(80)}#multiplier":1`,
    `"${"1".repeat(240)}x#":1`,
    `"tp${"_".repeat(60)}#":1`,
  ],
  ...[
    '"symbol":"A"',
    '"action":"buy"',
    '"quantity":#',
    '"price":1',
    '"take_profit":{"x#":1}',
    '"stop_loss":"1%"',
    '"time":"2026-01-01T00:00:00Z"',
  ],
  ...[
    '"key":"secret-number-#"',
    '"token":"secret-number-#"',
    `"key":"${KEY}"`,
    `"comment":"${KEY}"`,
    "secret-number-1",
    "sa_",
    "sa_x_",
    `_${hex}`,
  ],
  ...[
    "symbol",
    "quantity=1",
    "key=secret-number-#",
    "n#=1",
    "__proto__",
    '"__proto__":1',
    '"constructor":{}',
    "whsec_",
    "sb_secret_",
    "a".repeat(250),
  ],
];
const unit = fc.array(fc.constantFrom(...fragments), { minLength: 1, maxLength: 6 }).map((parts) =>
  parts.join("")
);
const recipe = fc.record({ shell: fc.constantFrom(...SHELL_NAMES), unit });

const send = slowFunction();

/** Milliseconds of the isolate, the least of three: a machine that stalls only adds. */
async function timeOf(made: Recipe, withKey: boolean): Promise<number> {
  const body = bodyOf(made);
  let least = Infinity;
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    await send(body, withKey);
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

interface Found {
  recipe: Recipe;
  milliseconds: number;
}

const worst = (found: Found[]): Found[] => {
  const byRecipe = new Map(found.map((each) => [JSON.stringify(each.recipe), each]));
  return [...byRecipe.values()].sort((a, b) => b.milliseconds - a.milliseconds).slice(0, KEPT);
};

/** Changes of a recipe: another shell, parts of another unit before or behind its own. */
function changed(parent: Recipe, other: Recipe): Recipe[] {
  const { unit } = parent;
  return [{ ...parent, shell: other.shell }, { ...parent, unit: unit + other.unit }, {
    ...parent,
    unit: other.unit + unit,
  }]
    .filter(({ unit }) => unit.length < 2_000);
}

async function search(withKey: boolean): Promise<Found[]> {
  const measured = async (recipes: Recipe[]) => {
    const found: Found[] = [];
    for (const each of recipes) found.push({ recipe: each, milliseconds: await timeOf(each, withKey) });
    return found;
  };
  let kept = worst(await measured(fc.sample(recipe, { numRuns: 500, seed: 1 })));
  for (let generation = 0; generation < generations; generation++) {
    const fresh = fc.sample(recipe, { numRuns: KEPT, seed: 2 + generation });
    const next = kept.flatMap((parent, index) => changed(parent.recipe, fresh[index] ?? parent.recipe));
    kept = worst([...kept, ...await measured([...fresh, ...next])]);
  }
  // Once more: the slowest of thousands of measurements is the one that the machine delayed.
  return worst(await measured(kept.map(({ recipe }) => recipe)));
}

const lines: string[][] = [];
const all: Found[] = [];
for (const withKey of [false, true]) {
  const found = await search(withKey);
  all.push(...found);
  for (const { recipe, milliseconds } of found.slice(0, 5)) {
    const shown = JSON.stringify(recipe.unit).slice(0, 60);
    lines.push([
      withKey ? "with a key" : "without a key",
      recipe.shell,
      shown,
      `${milliseconds.toFixed(1)} ms`,
    ]);
  }
}
Deno.stdout.writeSync(new TextEncoder().encode(table(["slowest 64 KiB", "shell", "unit", "isolate"], lines)));
if (Deno.args.includes("keep")) {
  const recipes = worst(all).map(({ recipe }) => recipe);
  await Deno.writeTextFile(
    inRepository("tests", "fixtures", "slow-bodies.json"),
    JSON.stringify(recipes, null, 2) + "\n",
  );
}
Deno.exit(all.every(({ milliseconds }) => milliseconds < MOST_MS) ? 0 : 1);
