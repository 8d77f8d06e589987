import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { readDotenv, setVariable, writeDotenv } from "../../local/dotenv.ts";

Deno.test("a value is bare, or in quotes over any number of lines, with a comment behind them", () => {
  const text = `# settings
ONE=tv:1,tv2:2
export TWO='tv:1,
tv2:2 # the second' # two
  THREE = a b
FOUR="line\\nline"
FIVE=\`it's\`
EMPTY=
SPACES=  
SIX={"tv":{"a":1}}
SEVEN=whsec_YQ==
`;
  for (const end of ["\r\n", "\r"]) {
    assert.deepEqual(readDotenv(text.replaceAll("\n", end)), readDotenv(text));
  }
  assert.deepEqual(readDotenv(text), {
    ONE: "tv:1,tv2:2",
    TWO: "tv:1,\ntv2:2 # the second",
    THREE: "a b",
    FOUR: "line\nline",
    FIVE: "it's",
    SIX: '{"tv":{"a":1}}',
    SEVEN: "whsec_YQ==",
  }, "an empty value sets nothing, and takes nothing of the next line");
});

for (
  const text of [
    "KEYS=tv:1,\ntv2:2",
    "KEYS=tv:1 # mine",
    "KEYS=tv:1#2",
    "KEYS='tv:1",
    "KEYS='tv:1','tv2:2'",
    "KEYS='tv:1'tv2\nOTHER='x'",
    'KEYS= "tv:1"tv2',
    "KEYS='tv:1' tv2",
    "KEYS: tv:1",
    "KEYS",
    "\uFEFFKEYS=tv:1",
  ]
) {
  Deno.test(`what would be read in part is refused, by its line: ${JSON.stringify(text)}`, () => {
    assert.throws(() => readDotenv(`A=1\n${text}\n`), /^StackError: Line [23] .* in part only/);
  });
}

Deno.test("a name that is set twice is refused: one of its values would be lost", () => {
  assert.throws(() => readDotenv("KEYS=tv:1\nKEYS=tv2:2\n"), /KEYS is set twice/);
});

const value = fc.string({ unit: fc.constantFrom(..."ab'\"`#\n \\n=,:{}$é"), minLength: 1 })
  .filter((text) => !text.includes("'") || !text.includes("`"));

Deno.test("whatever is written is read again as it was, here and by Node", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom("A", "B", "C"), value), (variables) => {
      const text = writeDotenv(variables);
      assert.deepEqual(readDotenv(text), { ...variables });
      assert.deepEqual({ ...parseEnv(text) }, { ...variables });
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("a variable is replaced with all of its lines, and all else stays as it was", () => {
  const text = "# KEYS=old\nA=1 \nKEYS='tv:1,\ntv2:2' # two\nB='KEYS=x'\n";
  assert.equal(setVariable(text, "KEYS", "dev:3"), "# KEYS=old\nA=1 \nKEYS=dev:3\nB='KEYS=x'\n");
  assert.equal(setVariable("A=1\n", "KEYS", "dev:3"), "A=1\nKEYS=dev:3\n");
});
