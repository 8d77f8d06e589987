import assert from "node:assert/strict";
import { type AlertToBook, createSendBatch } from "../../../supabase/functions/_shared/alerts/booking-rpc.ts";
import { createDatabase } from "../../../supabase/functions/_shared/database/client.ts";
import { classify } from "../../../supabase/functions/_shared/database/rpc-failure.ts";

const alert = { symbol: "AAPL", hash: "0", request_id: "r", key_id: "k" } as AlertToBook;
const answer = { status: "filled", duplicate: false, alert_id: "1" };

/** What becomes of a batch of one when what listens at the database's address answers in this way. */
async function send(respond: (request: Request) => Response | Promise<Response>, milliseconds = 30_000) {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, respond);
  const database = createDatabase({
    supabaseUrl: `http://127.0.0.1:${server.addr.port}`,
    serviceKeys: ["sb_secret_of_the_test"],
  });
  return await createSendBatch(database, "process_alerts")([alert], AbortSignal.timeout(milliseconds));
}

Deno.test("a batch is one POST to the RPC, as the service role", async () => {
  let seen: { path: string; method: string; key: string | null; body: unknown } | undefined;
  const result = await send(async (request) => {
    const { pathname: path } = new URL(request.url);
    seen = { path, method: request.method, key: request.headers.get("apikey"), body: await request.json() };
    return Response.json([answer]);
  });
  assert.deepEqual(result, { ok: true, answers: [answer] });
  assert.deepEqual(seen, {
    path: "/rest/v1/rpc/process_alerts",
    method: "POST",
    key: "sb_secret_of_the_test",
    body: { alerts: [alert], wait: false },
  });
});

for (
  const [what, status, body, failure, code] of [
    ["a number that does not fit", 400, { code: "22003", message: "x" }, "rejected", "22003"],
    ["a violated constraint", 409, { code: "23514", message: "x" }, "rejected", "23514"],
    ["a statement timeout", 500, { code: "57014", message: "x" }, "unavailable", "57014"],
    ["a database that shuts down", 503, { code: "57P01", message: "x" }, "unavailable", "57P01"],
    ["a database that is away", 503, { code: "PGRST000", message: "x" }, "unavailable", "PGRST000"],
    ["a pool that is exhausted", 504, { code: "PGRST003", message: "x" }, "unavailable", "PGRST003"],
    ["a function that is missing", 404, { code: "PGRST202", message: "x" }, "unavailable", "PGRST202"],
    ["a proxy's page", 502, "<html>", "unavailable", "no_answer"],
    ["nothing found, and nothing said", 404, "", "unavailable", "garbled_answer"],
    ["a page with status 200", 200, "<html>", "unavailable", "no_answer"],
    ["no answers", 200, [], "unavailable", "garbled_answer"],
    ["too many answers", 200, [answer, answer], "unavailable", "garbled_answer"],
    [
      "an answer of an unknown status",
      200,
      [{ ...answer, status: "maybe" }],
      "unavailable",
      "garbled_answer",
    ],
    ["null", 200, null, "unavailable", "garbled_answer"],
  ] as const
) {
  Deno.test(`${what} is ${failure}`, async () => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    assert.deepEqual(await send(() => new Response(text, { status })), { ok: false, failure, code });
  });
}

Deno.test("a call is made once: asking again is for those who know the deadline", async () => {
  let calls = 0;
  await send(() => (calls += 1, new Response("", { status: 503 })));
  assert.equal(calls, 1);
});

Deno.test("no answer before the deadline is unavailable, at the deadline", async () => {
  // The answer that comes later would be told as garbled.
  const later = () => new Promise<Response>((resolve) => setTimeout(() => resolve(new Response()), 1_500));
  assert.deepEqual(await send(later, 60), { ok: false, failure: "unavailable", code: "no_answer" });
});

Deno.test("a connection that is refused or cut is unavailable", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  const database = createDatabase({ supabaseUrl: `http://127.0.0.1:${port}`, serviceKeys: ["x"] });
  const book = createSendBatch(database, "process_alerts");
  const cut = listener.accept().then((connection) => connection.close());
  const lost = await book([alert], AbortSignal.timeout(30_000));
  await cut;
  listener.close();
  const refused = await book([alert], AbortSignal.timeout(30_000));
  for (const result of [lost, refused]) {
    assert.deepEqual(result, { ok: false, failure: "unavailable", code: "no_answer" });
  }
});

Deno.test("only codes that blame the data are rejections", () => {
  for (const code of ["22P02", "22003", "23505", "54000", "PT422"]) {
    assert.equal(classify({ code }), "rejected", code);
  }
  for (
    const code of [
      "",
      "40001",
      "40P01",
      "53300",
      "55P03",
      "57014",
      "08006",
      "42501",
      "PGRST301",
      "PT429",
      "XX000",
    ]
  ) {
    assert.equal(classify({ code }), "unavailable", code);
  }
  assert.equal(classify({}), "unavailable");
});
