import assert from "node:assert/strict";

const lru = new URL("../../../supabase/functions/_shared/runtime/lru.ts", import.meta.url).href;

Deno.test("loading lru-cache makes no `process`, and leaves the one that Deno makes on demand", async () => {
  const script = `
    const before = Object.getOwnPropertyDescriptor(globalThis, "process")?.get;
    const { LRUCache } = await import(${JSON.stringify(lru)});
    const after = Object.getOwnPropertyDescriptor(globalThis, "process")?.get;
    const cache = new LRUCache({ max: 1 });
    console.log(before === after, cache.set("a", 1).get("a"), typeof process.version);`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--no-lock", script] })
    .output();
  assert.equal(new TextDecoder().decode(stdout), "true 1 string\n", new TextDecoder().decode(stderr));
});
