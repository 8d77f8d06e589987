import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { createSignatureService } from "../../../supabase/functions/_shared/auth/signatures.ts";
import { createHarness, keys, message } from "./harness.ts";

const secretOf = (byte: number) => `whsec_${btoa(String.fromCharCode(...Array(32).fill(byte)))}`;
const [secret, newSecret, boundSecret, readerSecret] = [1, 2, 3, 4].map(secretOf) as [
  string,
  string,
  string,
  string,
];
const webhookSecrets = [
  `desk:${secret}`,
  `desk:${newSecret}`,
  `bound:${boundSecret}:trade:mine`,
  `reader:${readerSecret}:read`,
].join(", ");
const signing = () => createHarness({ webhookSecrets });

/** What a sender signs a body with; `seconds` from now. */
function signed(
  body: unknown,
  { id = "msg_1", by = secret, seconds = 0 }: { id?: string; by?: string; seconds?: number } = {},
): Record<string, string> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const time = new Date(Date.now() + seconds * 1000);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(time.getTime() / 1000)),
    "webhook-signature": new Webhook(by).sign(id, time, text),
  };
}
const withSignature = (headers: Record<string, string>, path = "/alerts") => ({ key: null, headers, path });

Deno.test("a signed message is booked in its sender's name, without a key", async () => {
  const harness = signing();
  const { status } = await harness.post(message, withSignature(signed(message)));
  assert.equal(status, 200);
  assert.equal(harness.booked[0]?.[0]?.key_id, "desk");
  assert.equal(harness.lines()[0]?.key_id, "desk");
});

Deno.test("the scheme is that of Standard Webhooks: HMAC-SHA256 of id, time and body, in base64", async () => {
  const time = Math.floor(Date.now() / 1000);
  const sum = createHmac("sha256", new Uint8Array(32).fill(1))
    .update(`msg_2.${time}.${JSON.stringify(message)}`).digest("base64");
  const headers = {
    "webhook-id": "msg_2",
    "webhook-timestamp": String(time),
    "webhook-signature": `v1,${sum}`,
  };
  assert.equal((await signing().post(message, withSignature(headers))).status, 200);
});

Deno.test("while a secret rotates, both are good, and a sender may sign with both", async () => {
  const [one, other] = [signed(message), signed(message, { by: newSecret })];
  assert.equal((await signing().post(message, withSignature(other))).status, 200);
  const both = {
    ...one,
    "webhook-signature": `v1,AAAA ${one["webhook-signature"]} ${other["webhook-signature"]}`,
  };
  assert.equal((await signing().post(message, withSignature(both))).status, 200);
});

Deno.test("a message of up to 300 seconds ago or ahead is taken, of more refused with the reason", async () => {
  for (const seconds of [-298, 298]) {
    assert.equal((await signing().post(message, withSignature(signed(message, { seconds })))).status, 200);
  }
  for (const seconds of [-302, 302, -86_400]) {
    const { status, json } = await signing().post(message, withSignature(signed(message, { seconds })));
    assert.equal(status, 401, String(seconds));
    assert.equal(json.error.code, "expired_signature");
  }
});

Deno.test("whatever of a signed message is changed, it is refused, and nothing is booked", async () => {
  const harness = signing();
  const good = signed(message);
  const time = Number(good["webhook-timestamp"]);
  const changed: [unknown, Record<string, string>][] = [
    [{ ...message, quantity: "11" }, good],
    [`${JSON.stringify(message)} `, good],
    [message, { ...good, "webhook-id": "msg_2" }],
    [message, { ...good, "webhook-id": "" }],
    [message, { ...good, "webhook-timestamp": String(time + 1) }],
    [message, { ...good, "webhook-timestamp": `${time}x` }],
    [message, { ...good, "webhook-timestamp": "" }],
    [message, { ...good, "webhook-signature": "" }],
    [message, { ...good, "webhook-signature": "v1" }],
    [message, { ...good, "webhook-signature": good["webhook-signature"]?.replace("v1", "v2") ?? "" }],
    [message, { ...good, "webhook-signature": good["webhook-signature"]?.replace("v1,", "v1,A") ?? "" }],
    [message, signed(message, { by: secretOf(9) })],
    // Where the id ends and the time begins must not be open: the same bytes are signed.
    [`${time}.${JSON.stringify(message)}`, { ...good, "webhook-id": "msg_1" }],
    [message, signed(message, { id: "msg.1" })],
  ];
  for (const [body, headers] of changed) {
    const { status, json } = await harness.post(body, withSignature(headers));
    assert.equal(status, 401, JSON.stringify([body, headers]));
    assert.match(json.error.code, /^invalid_signature$/);
    assert.deepEqual(json.error.details.map(({ path }: { path: string }) => path), ["webhook-signature"]);
  }
  assert.equal(harness.booked.length, 0);
});

Deno.test("an alert goes by the name of its message, so that it is booked once however often it arrives", async () => {
  const harness = signing();
  await harness.post(message, withSignature(signed(message)));
  await harness.post(message, withSignature(signed(message, { seconds: -250 })));
  await harness.post(message, withSignature(signed(message, { id: "msg_2" })));
  await harness.post({ ...message, id: "mine" }, withSignature(signed({ ...message, id: "mine" })));
  await harness.post([message, message], withSignature(signed([message, message])));
  assert.deepEqual(harness.booked.flat().map(({ id, message_id }) => [id, message_id]), [
    [null, "desk:msg_1"],
    [null, "desk:msg_1"],
    [null, "desk:msg_2"],
    ["mine", "desk:msg_1"],
    [null, "desk:msg_1:0"],
    [null, "desk:msg_1:1"],
  ]);
});

Deno.test("the query is not signed: it changes nothing of what becomes of a message that was caught", async () => {
  const harness = signing();
  for (const [name, value] of [["account", "other"], ["strategy", "other"], ["dry_run", "1"]]) {
    const { status, json } = await harness.post(
      message,
      withSignature(signed(message), `/alerts?${name}=${value}`),
    );
    assert.equal(status, 400);
    assert.equal(json.error.details[0].path, `query.${name}`);
  }
  assert.equal(harness.booked.length + harness.previewed.length, 0);
});

Deno.test("a signer is bound to its account and its scopes as a key is", async () => {
  const harness = signing();
  assert.equal(
    (await harness.post(message, withSignature(signed(message, { by: boundSecret })))).status,
    200,
  );
  assert.equal(harness.booked[0]?.[0]?.account, "mine");
  const elsewhere = { ...message, account: "other" };
  assert.equal(
    (await harness.post(elsewhere, withSignature(signed(elsewhere, { by: boundSecret })))).json.error.code,
    "wrong_account",
  );
  assert.equal(
    (await harness.post(message, withSignature(signed(message, { by: readerSecret })))).json.error.code,
    "missing_scope",
  );
  const halt = { action: "halt" };
  assert.equal((await harness.post(halt, withSignature(signed(halt)))).json.error.code, "missing_scope");
});

Deno.test("a key beside a signature that we cannot check counts: some senders sign for others", async () => {
  const foreign = signed(message, { by: secretOf(9) });
  assert.equal((await signing().post(message, { headers: foreign })).status, 200);
  assert.equal((await signing().post({ ...message, key: keys.trader }, withSignature(foreign))).status, 200);
  assert.equal((await createHarness().post(message, { headers: foreign })).status, 200);
  const wrong = await signing().post({ ...message, key: keys.stranger }, withSignature(foreign));
  assert.equal(wrong.json.error.code, "unknown_key");
});

Deno.test("without signing secrets a signature is no key", async () => {
  const { status, json } = await createHarness().post(message, withSignature(signed(message)));
  assert.equal(status, 401);
  assert.equal(json.error.code, "missing_key");
});

Deno.test("an entry that has expired signs nothing", () => {
  const service = createSignatureService({ webhookSecrets: `desk:${secret}:::2020-01-01` });
  const check = service.validateSignature(new Headers(signed("x")), new TextEncoder().encode("x"));
  assert.deepEqual(check, { ok: false, code: "invalid_signature" });
});

Deno.test("a malformed entry is told by its place, without a word of it", () => {
  const short = `whsec_${btoa("only 23 bytes of secret")}`;
  for (
    const bad of [
      "desk",
      `desk:${secret.slice(6)}`,
      `desk:${short}`,
      "desk:whsec_",
      "desk:whsec_a=b",
      `:${secret}`,
    ]
      .concat([`desk:${secret}:fly`, `desk:${secret}:trade::soon`])
  ) {
    assert.throws(
      () => createSignatureService({ webhookSecrets: `desk:${secret},${bad}` }),
      (error: Error) => {
        assert.match(error.message, /^WEBHOOK_SECRETS: entry 2 has /);
        assert.ok(!error.message.includes(secret.slice(6, 12)), error.message);
        return true;
      },
    );
  }
});
