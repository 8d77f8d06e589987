import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const services = fileURLToPath(
  new URL("../../../supabase/functions/_shared/services.ts", import.meta.url),
);

/** Loads the services of a function in a process of its own, with no more environment than this. */
async function start(environment: Record<string, string>) {
  // What Deno itself needs, to find its packages or to fetch them.
  const names = ["HOME", "DENO_DIR", "XDG_CACHE_HOME", "DENO_TLS_CA_STORE"];
  const found = names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--quiet", services],
    clearEnv: true,
    env: { ...Object.fromEntries(found), ...environment },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [lines = [], said = []] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes).split("\n").filter(Boolean)
  );
  return { code, said, lines: lines.map((line): Record<string, unknown> => JSON.parse(line)) };
}

const complete = {
  SUPABASE_URL: "http://127.0.0.1:9",
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_x"}',
  API_KEY_SECRET: "x".repeat(32),
};

Deno.test("a function with a complete environment starts, silently, also without any API key", async () => {
  assert.deepEqual(await start(complete), { code: 0, said: [], lines: [] });
});

Deno.test("a function with a weak secret refuses to start, and says why in one line of its log", async () => {
  const { code, lines } = await start({ ...complete, API_KEY_SECRET: "weak-weak" });
  assert.notEqual(code, 0);
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.level, "error");
  assert.match(String(lines[0]?.message), /API_KEY_SECRET must have at least 32 characters/);
  assert.ok(!JSON.stringify(lines).includes("weak-weak"));
});

Deno.test("a function with a weak secret of before refuses to start as well", async () => {
  const { code, lines } = await start({ ...complete, API_KEY_SECRET_PREVIOUS: "weak-weak" });
  assert.notEqual(code, 0);
  assert.match(String(lines[0]?.message), /API_KEY_SECRET_PREVIOUS must have at least 32 characters/);
  assert.ok(!JSON.stringify(lines).includes("weak-weak"));
});

Deno.test("a function with malformed API_KEYS refuses to start, and says which entry", async () => {
  const { code, lines, said } = await start({ ...complete, API_KEYS: `tv:${"0".repeat(64)},tv:hunter2` });
  assert.notEqual(code, 0);
  assert.equal(said.length, 1, said.join("\n"));
  assert.match(String(lines[0]?.message), /API_KEYS: entry 2 /);
  assert.ok(!JSON.stringify(lines).includes("hunter2"));
});
