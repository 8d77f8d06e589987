import assert from "node:assert/strict";
import type { StackInfo } from "../../local/stack.ts";
import { inRepository } from "../../local/paths.ts";
import { freePorts, withDataDir } from "../support/own-stack.ts";
import { cloneTo, familyOf, isTaken, type Program, startProgram, stillRunning } from "./program.ts";

const flags = (ports: ReturnType<typeof freePorts>, dataDir: string) => [
  ...["--port", `${ports.port}`, "--db-port", `${ports.dbPort}`],
  ...["--dashboard-port", `${ports.dashboardPort}`, "--redis-port", `${ports.redisPort}`],
  ...["--data-dir", dataDir],
];

/** Waits until the program serves. */
async function ready(program: Program): Promise<StackInfo> {
  const info = await program.ready;
  if (info === null) throw new Error(`it did not start:\n${program.output}`);
  return info;
}

/** Runs a line as if it were pasted into a shell; what it prints is JSON. */
async function paste(line: string) {
  const { stdout, stderr } = await new Deno.Command("sh", { args: ["-c", line] }).output();
  const said = new TextDecoder().decode(stderr);
  if (!/curl.*not found/.test(said)) return JSON.parse(new TextDecoder().decode(stdout));
  // A machine without curl: the same request.
  const [, url = "", authorization = "", body = ""] =
    /curl -sS (\S+)\s+-H 'Authorization: ([^']+)'\s+\\?\s*-d '([^']+)'/.exec(line) ?? [];
  const response = await fetch(url, { method: "POST", headers: { authorization }, body });
  return await response.json();
}

/** The blocks of README.md in this language, without their fences. */
async function readmeBlocks(language: string): Promise<string[]> {
  const text = await Deno.readTextFile(inRepository("README.md"));
  return [...text.matchAll(new RegExp("```" + language + "\n([^]*?)```", "g"))].map(([, block = ""]) =>
    block
  );
}

async function rpc({ api_url, secret_key }: StackInfo, name: string): Promise<unknown> {
  const response = await fetch(`${api_url}/rest/v1/rpc/${name}`, {
    method: "POST",
    headers: { apikey: secret_key, "content-type": "application/json" },
    body: JSON.stringify({ account: "default" }),
  });
  return await response.json();
}

/** Ends the program, and asserts that it took everything with it. */
async function endsCompletely(program: Program, ports: ReturnType<typeof freePorts>): Promise<void> {
  const family = familyOf(program.pid);
  assert.ok(family.length >= 8, "Postgres, PostgREST and the functions run");
  program.terminate();
  assert.equal(await program.ended, 0, program.output);
  assert.match(program.output, /Stopped\.\s*$/);
  assert.deepEqual(stillRunning(family), []);
  for (const port of Object.values(ports)) assert.equal(await isTaken(port), false, `port ${port}`);
}

Deno.test("in a bare clone one command leads to the first filled alert, as the README tells it", async (t) => {
  await withDataDir(async (directory) => {
    const clone = `${directory}/clone`;
    await cloneTo(clone);
    await Deno.chmod(clone, 0o755);
    const ports = freePorts();
    const dataDir = `${directory}/data`;
    const answer = { first: {} as Record<string, unknown> };

    await t.step("it starts unattended, and the printed line fills an alert", async () => {
      const program = startProgram(flags(ports, dataDir), clone);
      try {
        const info = await ready(program);
        const line = program.output.split("\n").find((each) => each.trim().startsWith("curl ")) ?? "";
        assert.ok(line.includes(info.api_key));
        answer.first = await paste(line);
        assert.equal(answer.first.status, "filled", JSON.stringify(answer.first));

        const page = await fetch(info.dashboard_url).then((response) => response.text());
        assert.match(page, /<script type="module" src="app.js">/);
        const config = await fetch(`${info.dashboard_url}/config.json`).then((response) => response.json());
        assert.equal(config.user_jwt, info.user_jwt, "the dashboard is signed in");

        const [example = ""] = await readmeBlocks("json");
        assert.deepEqual(
          { ...answer.first, request_id: "…" },
          JSON.parse(example),
          "the README shows this answer",
        );

        const curl = (await readmeBlocks("sh")).find((block) => block.includes("/functions/v1/alerts")) ?? "";
        const again = await paste(
          curl.replace("http://127.0.0.1:54321", info.api_url).replace("<your key>", info.api_key),
        );
        assert.deepEqual(again, { ...answer.first, duplicate: true, request_id: again.request_id });
        assert.deepEqual(await rpc(info, "verify_account"), []);
      } finally {
        await endsCompletely(program, ports);
      }
    });

    await t.step("it starts again in seconds with the data and the key of before", async () => {
      const before = performance.now();
      const program = startProgram(flags(ports, dataDir), clone);
      try {
        const info = await ready(program);
        const seconds = (performance.now() - before) / 1000;
        assert.ok(seconds < 20, `${seconds.toFixed(1)} s`);
        const { cash } = await rpc(info, "portfolio_summary") as { cash: string };
        assert.equal(cash, answer.first.cash);
        const { status } = await fetch(`${info.api_url}/functions/v1/alerts?dry_run=1&key=${info.api_key}`, {
          method: "POST",
          body: '{"symbol":"AAPL","action":"close","price":"191"}',
        }).then((response) => response.json().then(() => response));
        assert.equal(status, 200);
      } finally {
        await endsCompletely(program, ports);
      }
    });
  });
});

Deno.test("a busy port is told in one message with the flag to use, and nothing is left running", async () => {
  await withDataDir(async (dataDir) => {
    const ports = freePorts();
    const taken = Deno.listen({ hostname: "127.0.0.1", port: ports.dbPort });
    try {
      const program = startProgram(flags(ports, `${dataDir}/data`));
      assert.equal(await program.ended, 1);
      assert.equal(await program.ready, null);
      const said = program.output.split("\n").filter((line) =>
        !line.startsWith("Task ") && line.trim() !== ""
      );
      assert.equal(said.length, 2, program.output);
      assert.match(said[0] ?? "", new RegExp(`^error: Port ${ports.dbPort}, wanted by Postgres, is taken`));
      assert.match(said[1] ?? "", /--db-port/);
      assert.equal(await isTaken(ports.port), false);
    } finally {
      taken.close();
    }
  });
});
