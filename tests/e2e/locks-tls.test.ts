import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { databaseUrls, withConnection } from "../../local/database.ts";
import { resolveDeno } from "../../local/deno-program.ts";
import { inRepository } from "../../local/paths.ts";
import { loadSecrets } from "../../local/secrets.ts";
import { withOwnStack } from "../support/own-stack.ts";
import { CERTIFICATE, KEY } from "../support/postgres-certificate.ts";
import { CERTIFICATE as ANOTHER } from "../unit/notifications/certificate.ts";

/** Has Postgres offer TLS, and let `postgres` in by nothing else: what _Enforce SSL_ does to a project. */
async function enforceTls(admin: string): Promise<void> {
  await withConnection(admin, async (sql) => {
    const [row] = await sql`select current_setting('data_directory') as data`;
    const data = String(row?.data);
    const { uid, gid } = await Deno.stat(data);
    for (const [name, text] of [["server.crt", CERTIFICATE], ["server.key", KEY]] as const) {
      await Deno.writeTextFile(join(data, name), text, { mode: 0o600 });
      if (Deno.uid() === 0) await Deno.chown(join(data, name), uid, gid);
    }
    const rules = join(data, "pg_hba.conf");
    const before = await Deno.readTextFile(rules);
    await Deno.writeTextFile(rules, `hostnossl all postgres all reject\n${before}`);
    await sql`alter system set ssl = on`;
    await sql`select pg_reload_conf()`;
    while ((await sql`show ssl`)[0]?.ssl !== "on") await new Promise((resolve) => setTimeout(resolve, 50));
  });
}

/** What a lock of a process of its own comes to: whether its session is encrypted, or why it was not had. */
async function ask(deno: string, url: string, ca = ""): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await new Deno.Command(deno, {
    args: [
      ...["run", "-A", "--quiet", "--no-lock", "--no-check"],
      ...[inRepository("tests", "support", "lock-client.ts"), url, "2000", ca],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("a Postgres that takes encrypted connections only gives locks, on this Deno and on the hosted one", async (t) => {
  await withOwnStack(async ({ info }, _, dataDir) => {
    const port = Number(new URL(info.db_url).port);
    await enforceTls(databaseUrls(port, await loadSecrets(dataDir)).admin);
    // The same server under an address that is not known to be this machine's.
    const elsewhere = info.db_url.replace("127.0.0.1", "0.0.0.0");
    for (const deno of [Deno.execPath(), await resolveDeno("npx -y deno@2.1.4")]) {
      await t.step(
        `${deno === Deno.execPath() ? "this Deno" : "the hosted Deno"}: locks by TLS`,
        async () => {
          deepEqual(await ask(deno, elsewhere, CERTIFICATE), {
            withLock: "held, encrypted",
            isLocked: "false",
            retries: 0,
          });
        },
      );
      await t.step("none without it", async () => {
        const { withLock } = await ask(deno, `${elsewhere}?sslmode=disable`);
        equal(withLock, "lock_unavailable by 28000");
      });
      await t.step("none by an authority that nobody said to trust, or by another", async () => {
        for (const ca of ["", ANOTHER]) {
          const { withLock, retries } = await ask(deno, elsewhere, ca);
          deepEqual([withLock, retries], ["lock_unavailable by TLS_REFUSED", 0]);
        }
      });
      await t.step("none from a server of another name", async () => {
        const { withLock } = await ask(deno, `${info.db_url}?sslmode=require`, CERTIFICATE);
        match(String(withLock), /by TLS_REFUSED$/);
      });
      await t.step("none by an authority that is no certificate", async () => {
        const { withLock } = await ask(deno, elsewhere, "no certificate");
        match(String(withLock), /by TLS_REFUSED$/);
      });
    }
  });
});
