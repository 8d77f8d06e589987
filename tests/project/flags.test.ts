import assert from "node:assert/strict";
import { UsageError } from "../../local/errors.ts";
import { readFlags } from "../../local/command.ts";
import { inRepository } from "../../local/paths.ts";

const USAGE = "deno task example [options]\n\n  --port <n>  a port";
const read = (args: string[], { takesArguments = false } = {}) =>
  readFlags(
    USAGE,
    args,
    { name: "text", url: "url", port: "port", isolates: "count", json: "switch" },
    { takesArguments },
  );

Deno.test("flags are read as what they are: texts, URLs, ports, numbers, switches", () => {
  const { flags, positionals } = read([
    ...["--name", "swing", "--url=https://x.supabase.co/", "--port", "54321"],
    ...["--isolates", "2", "--json"],
  ]);
  assert.deepEqual(positionals, []);
  const { name, url, port, isolates, json, help } = flags;
  assert.deepEqual([name, url, port, isolates, json, help], [
    ...["swing", "https://x.supabase.co", 54321, 2, true],
    undefined,
  ]);
  assert.equal(read(["-h"]).flags.help, true);
  assert.deepEqual(read(["a", "--name", "b", "c"], { takesArguments: true }).positionals, ["a", "c"]);
});

for (
  const [args, message] of [
    [["--url"], "--url needs a value."],
    [["--url", ""], "--url needs a value."],
    [["--name", "--json"], "--name needs a value."],
    [["--url", "x.supabase.co"], "--url x.supabase.co is not a URL like https://<ref>.supabase.co."],
    [["--url", "http://"], "--url http:// is not a URL like https://<ref>.supabase.co."],
    ...["abc", "0", "65536", "1.5", "0x10", "1e3", " 1"].map((text) =>
      [["--port", text], `--port ${text} is not a port: a whole number from 1 to 65535.`] as const
    ),
    [["--isolates", "65"], "--isolates 65 is not a whole number from 1 to 64."],
    [["--json=1"], "--json takes no value."],
    [["--prot", "1"], "There is no flag --prot."],
    [["-x"], "There is no flag -x."],
    [["--toString"], "There is no flag --toString."],
    [["more"], "more is not understood here."],
  ] as const
) {
  Deno.test(`${JSON.stringify(args)} is refused in one sentence, with the usage: ${message}`, () => {
    assert.throws(() => read([...args]), (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.message, message);
      assert.equal(error.advice, "Usage: npx -y deno task example [options]; --help says more");
      return true;
    });
  });
}

for (
  const [program, args, message] of [
    ["doctor/main.ts", ["--port", "abc"], /--port abc is not a port/],
    ["doctor/main.ts", ["--url", "https://x.supabase.co"], /--url is for --remote only/],
    ["doctor/main.ts", ["--remote", "--url"], /--url needs a value/],
    ["start.ts", ["--isolates", "none"], /--isolates none is not a whole number/],
    ["demo/run.ts", ["--speed", "fast"], /--speed fast is not a number of alerts a second/],
    ["backtest/run.ts", ["import"], /the word import, and one file/],
    ["deploy/run.ts", ["--project-ref", "x"], /x is no project reference/],
    ["keys-create.ts", [], /needs an id/],
    ["keys-create.ts", ["a:b"], /the id must be 1 to 64/],
    ["version/run.ts", ["big"], /major, minor or patch/],
  ] as const
) {
  Deno.test(`${program} ${args.join(" ")} ends with 2, an error and the usage`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", inRepository("local", program), ...args],
      env: { API_KEY_SECRET: "the secret of a hosted project, long enough", SUPABASE_PROJECT_ID: "" },
    }).output();
    const [said = "", made] = [stderr, stdout].map((bytes) => new TextDecoder().decode(bytes));
    assert.equal(code, 2, said);
    assert.equal(made, "");
    const [error = "", usage = "", ...more] = said.trim().split("\n");
    assert.match(error, /^error: /);
    assert.match(error, message);
    assert.match(usage, /^ {2}Usage: npx -y deno task [\w:]+ /);
    assert.deepEqual(more, []);
  });
}
