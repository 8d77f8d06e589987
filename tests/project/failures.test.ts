import { deepEqual } from "node:assert/strict";
import { failuresIn } from "../support/failures.ts";

/** Runs `deno test` over a file of this text; what it printed. */
async function outputOf(source: string): Promise<string> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/some.test.ts`, source);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", "some.test.ts"],
      cwd: directory,
    }).output();
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("of what Deno prints, the tests and steps that failed are told, each with why", async () => {
  const output = await outputOf(`
    Deno.test("good", () => {});
    Deno.test("bad", () => { throw new Error("one\\ntwo\\n\\n" + "x".repeat(1_000)); });
    Deno.test("steps", async (t) => {
      await t.step("inner", () => { throw new TypeError("deep"); });
    });`);
  deepEqual(failuresIn(output), [
    {
      name: "bad => ./some.test.ts:3:10",
      reason: ["error: Error: one", "two", `${"x".repeat(300)} …`],
    },
    { name: "steps ... inner => ./some.test.ts:5:15", reason: ["error: TypeError: deep"] },
  ]);
});

Deno.test("an error that belongs to no test is told by its file", async () => {
  const output = await outputOf(`
    Deno.test("waits", async () => {
      setTimeout(() => Promise.reject(new Error("stray")), 0);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
    });`);
  deepEqual(failuresIn(output).map(({ name, reason }) => [name, reason[0]]), [
    ["./some.test.ts (uncaught error)", "error: (in promise) Error: stray"],
  ]);
});

Deno.test("a run in which nothing failed tells nothing", async () => {
  deepEqual(failuresIn(await outputOf(`Deno.test("good", () => {});`)), []);
});
