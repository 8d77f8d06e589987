import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { createConnection, isEncrypted } from "../../../supabase/functions/_shared/locks/connection.ts";
import { SUPABASE_AUTHORITY } from "../../../supabase/functions/_shared/locks/supabase-authority.ts";
import { inRepository } from "../../../local/paths.ts";
import * as fake from "../../support/fake-postgres.ts";

/** As the tests themselves run on the hosted Deno, which reads no lock file of this version. */
const RUN = ["run", "-A", "--quiet", "--no-lock", "--no-check"];

/** What a process of its own makes of a server: it asks for a lock for half a second, and once whether it is held. */
async function ask(url: string): Promise<{ withLock: string; isLocked: string; retries: number }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...RUN, inRepository("tests", "support", "lock-client.ts"), url, "500"],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Pauses between tries are at least 12, 25, 50, 100, 200 and 250 ms: no more tries than this begin in half a second. */
const MOST_TRIES = 6;

type Talk = Parameters<typeof fake.fakePostgres>[0];

/** A server that reads what a client sends, answers it with the next of these, and at the end reads once more. */
const answering = (...answers: Uint8Array[]): Talk => async (client) => {
  for (const answer of answers) {
    await client.read();
    await client.say(answer);
  }
  await client.read();
};

/** A server that answers with these and does not wait for what comes then. */
const leaving = (...answers: Uint8Array[]): Talk => async (client) => {
  for (const answer of answers) {
    await client.read();
    await client.say(answer);
  }
};

const servers: Record<string, Talk> = {
  "closes a connection at once": leaving(),
  "closes a connection that it was greeted on": answering(),
  "resets a connection that it was greeted on": (client) => client.read(1),
  "closes in the middle of its question for a password": leaving(fake.askSasl.subarray(0, 8)),
  "asks for a password and closes": leaving(fake.askPassword),
  "asks for a password's digest and closes": leaving(fake.askMd5),
  "asks for SASL and closes": leaving(fake.askSasl),
  "asks for SASL and resets": async (client) => {
    await leaving(fake.askSasl)(client);
    await client.read(1);
  },
  "asks for SASL, is answered and closes": answering(fake.askSasl),
  "mangles SASL": answering(fake.askSasl, fake.mangledSasl),
  "mangles its first message": answering(fake.mangledAuthentication),
  "sends a row before anything else": answering(fake.strayRow),
  "speaks HTTP": (client) => client.say(fake.encode("HTTP/1.1 400 Bad Request\r\n\r\n")),
  "never answers": async (client) => {
    while (await client.read());
  },
  "lets a client in and closes": leaving(fake.welcome),
  "lets a client in and closes on the driver's own question": answering(fake.welcome),
  "lets a client in and closes on the first statement": answering(fake.welcome, fake.noTypes),
  "closes in the middle of its first answer": leaving(
    fake.welcome,
    fake.noTypes,
    fake.done.subarray(0, 6),
  ),
};

for (const [what, talk] of Object.entries(servers)) {
  Deno.test(`a server that ${what} is unavailable: one connection a try, and the isolate lives`, async () => {
    await using server = fake.fakePostgres(talk);
    const { withLock, isLocked, retries } = await ask(server.url);
    const reason = /^lock_unavailable by (CONNECT|EPIPE|ECONNRESET)/;
    match(withLock, reason);
    match(isLocked, reason);
    ok(retries >= 1 && retries <= MOST_TRIES, `${retries} retries`);
    ok(server.connections <= retries + 1, `${server.connections} connections in ${retries + 1} tries`);
  });
}

Deno.test("a server that is starting, or full, is asked again at pauses, and then named as the reason", async () => {
  for (const code of ["57P03", "53300"]) {
    await using server = fake.fakePostgres(leaving(fake.refusal(code)));
    const { withLock, isLocked, retries } = await ask(server.url);
    deepEqual([withLock, isLocked], Array(2).fill(`lock_unavailable by ${code}`));
    ok(retries >= 1 && retries <= MOST_TRIES, `${retries} retries`);
    ok(server.connections <= retries + 1, `${server.connections} connections in ${retries + 1} tries`);
  }
});

Deno.test("a server that failed before it fell silent is unavailable, by the failure that it had", async () => {
  let clients = 0;
  const falling: Talk = async (client) => {
    const isFirst = ++clients === 1;
    await answering(fake.welcome, fake.noTypes)(client);
    if (!isFirst) await client.read();
  };
  await using server = fake.fakePostgres(falling);
  const { withLock, retries } = await ask(server.url);
  match(withLock, /^lock_unavailable by (CONNECTION_CLOSED|ECONNRESET|EPIPE)/);
  equal(retries, 1);
});

Deno.test("a server that lets a client in and says nothing of the lock did not give it in time", async () => {
  await using server = fake.fakePostgres(async (client) => {
    await answering(fake.welcome, fake.noTypes)(client);
    await client.read();
  });
  const { withLock, retries } = await ask(server.url);
  deepEqual({ withLock, retries }, { withLock: "lock_timeout by undefined", retries: 0 });
});

Deno.test("a server that refuses who asks is asked once", async () => {
  await using server = fake.fakePostgres(leaving(fake.refusal("28P01")));
  deepEqual(await ask(server.url), {
    withLock: "lock_unavailable by 28P01",
    isLocked: "lock_unavailable by 28P01",
    retries: 0,
  });
  equal(server.connections, 2);
});

Deno.test("a server that lets nobody in within the time for it is a connection that timed out", async () => {
  await using server = fake.fakePostgres(servers["never answers"] ?? leaving());
  const connection = await createConnection({
    url: server.url,
    applicationName: "test",
    connectTimeoutMs: 50,
  });
  await rejects(connection.run("select 1"), { code: "CONNECT_TIMEOUT" });
  equal(connection.lost.aborted, true);
  equal(connection.admitted, false);
});

Deno.test("a connection that is closed says goodbye, and takes no statement any more", async () => {
  let last: Uint8Array | null = null;
  await using server = fake.fakePostgres(async (client) => {
    await leaving(fake.welcome, fake.noTypes, fake.done)(client);
    last = await client.read();
  });
  const connection = await createConnection({ url: server.url, applicationName: "test" });
  await connection.run("set application_name to default");
  await connection.close();
  deepEqual(last, new Uint8Array([0x58, 0, 0, 0, 4]));
  await rejects(connection.run("select 1"), { code: /^CONNECTION_/ });
  equal(server.connections, 1);
});

Deno.test("a statement that is cancelled when no server can be told of it fails nothing else", async () => {
  const asked = Promise.withResolvers<void>();
  const server = fake.fakePostgres(async (client) => {
    await leaving(fake.welcome, fake.noTypes)(client);
    await client.read();
    asked.resolve();
    await client.read();
  });
  const connection = await createConnection({ url: server.url, applicationName: "test" });
  const statement = connection.sql.unsafe("select 1");
  const answered = rejects(connection.answer(statement), { code: "CONNECTION_DESTROYED" });
  await asked.promise;
  const closed = server[Symbol.asyncDispose]();
  const unhandled = new Promise<Event>((resolve) =>
    addEventListener("unhandledrejection", resolve, { once: true })
  );
  statement.cancel();
  equal((await unhandled).defaultPrevented, true);
  equal(connection.lost.aborted, false);
  connection.destroy();
  await answered;
  await closed;
});

Deno.test("a connection is encrypted unless Postgres is on this machine, or the URL says how", () => {
  const encrypted = (place: string) => isEncrypted(`postgresql://u:p%40@${place}`);
  for (
    const place of [
      "db.abc.supabase.co:5432/postgres",
      "10.0.0.7/postgres",
      "[2001:db8::1]:5432/postgres",
      "aws-0.pooler.supabase.com:6543/postgres",
      "db.abc.supabase.co/postgres?sslmode=prefer",
      "localhost/postgres?sslmode=require",
    ]
  ) equal(encrypted(place), true, place);
  for (
    const place of [
      "127.0.0.1:54322/postgres",
      "localhost/postgres",
      "[::1]:5432/postgres",
      "supabase_db_ref:5432/postgres",
      "db.abc.supabase.co/postgres?sslmode=disable",
    ]
  ) equal(encrypted(place), false, place);
});

const TLS_REQUEST = new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]);
const TLS_HANDSHAKE = 22;

/** The same listener under an address that is not known to be this machine's. */
const elsewhere = (url: string) => url.replace("127.0.0.1", "0.0.0.0");

/** A server that answers the request for TLS with this, and what it is sent, message by message. */
function askedForTls(answer: string) {
  const sent: (Uint8Array | null)[] = [];
  const server = fake.fakePostgres(async (client) => {
    sent.push(await client.read());
    await client.say(fake.encode(answer));
    sent.push(await client.read());
  });
  return { server, sent };
}

Deno.test("to a Postgres elsewhere nothing is sent in plain text, whatever it answers", async () => {
  for (const answer of ["N", "S", "E", "Sand what somebody on the way put behind it"]) {
    const { server, sent } = askedForTls(answer);
    const connection = await createConnection({ url: elsewhere(server.url), applicationName: "test" });
    await rejects(connection.run("select 1"), { code: /^(TLS_REFUSED|CONNECTION_CLOSED)$/ });
    await server[Symbol.asyncDispose]();
    // The driver ends by a timer of no time.
    await new Promise((resolve) => setTimeout(resolve, 10));
    deepEqual(sent[0], TLS_REQUEST);
    ok(sent[1] === null || sent[1]?.[0] === TLS_HANDSHAKE, `${answer}: ${sent[1]}`);
  }
});

Deno.test("a Postgres elsewhere without TLS is unavailable, says why, and is asked once", async () => {
  const { server } = askedForTls("N");
  await using _ = server;
  deepEqual(await ask(elsewhere(server.url)), {
    withLock: "lock_unavailable by TLS_REFUSED",
    isLocked: "lock_unavailable by TLS_REFUSED",
    retries: 0,
  });
  equal(server.connections, 2);
});

Deno.test("the authority that is trusted beside the runtime's own is Supabase's, and still good", () => {
  const { fingerprint256, subject, validTo } = new X509Certificate(SUPABASE_AUTHORITY);
  const published =
    "80:70:25:AD:50:D4:ED:21:9D:2C:9C:7D:29:9C:00:4F:82:4E:B0:0C:F7:F6:5A:FE:F6:07:D0:7B:72:E6:CA:FA";
  equal(fingerprint256, published);
  match(subject, /CN=Supabase Root 2021 CA/);
  ok(Date.parse(validTo) > Date.now());
});
