import assert from "node:assert/strict";
import type { OutgoingRequest } from "../../../supabase/functions/_shared/notifications/exchange.ts";
import { createDial } from "../../../supabase/functions/_shared/notifications/dial.ts";
import { createSend, type Send } from "../../../supabase/functions/_shared/notifications/send.ts";
import { STRICT_POLICY } from "../../../supabase/functions/_shared/notifications/policy.ts";
import {
  checkWebhookUrl,
  webhookUrlSchema,
} from "../../../supabase/functions/_shared/notifications/webhook-url.ts";
import { HOSTILE_ANSWERS, PUBLIC, REFUSED } from "./receivers.ts";

const message = (url: string) => ({ url, headers: {}, body: "{}" });

/** A sender whose names resolve to `answers`, in turn, and that notes what it dials. */
function world(...answers: string[][]) {
  const dialled: string[] = [];
  let asked = 0;
  const send: Send = createSend(createDial(STRICT_POLICY, {
    resolve: () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)] ?? []),
    send: ({ address }: OutgoingRequest) => {
      dialled.push(address);
      return Promise.resolve({ status: 204, headers: new Map(), body: "" });
    },
  }));
  return { send, dialled, asked: () => asked };
}

Deno.test("the suite has more than 150 URLs, none of them twice", () => {
  const urls = [...Object.values(REFUSED).flat(), ...PUBLIC];
  assert.ok(urls.length > 150, String(urls.length));
  assert.equal(new Set(urls).size, urls.length);
});

for (const [what, urls] of Object.entries(REFUSED)) {
  Deno.test(`refused: ${what}`, () => {
    assert.deepEqual(urls.filter((url) => checkWebhookUrl(url).ok), []);
    assert.deepEqual(urls.filter((url) => webhookUrlSchema.safeParse(url).success), []);
  });
}

Deno.test("no refused URL is ever resolved or dialled, whatever DNS says", async () => {
  const { send, dialled, asked } = world(["93.184.216.34"]);
  for (const url of Object.values(REFUSED).flat()) assert.equal((await send(message(url))).ok, false, url);
  assert.deepEqual(dialled, []);
  assert.equal(asked(), 0);
});

Deno.test("every public URL passes, and is sent", async () => {
  assert.deepEqual(PUBLIC.filter((url) => !checkWebhookUrl(url).ok), []);
  const { send } = world(["93.184.216.34", "2606:4700:4700::1111"]);
  for (const url of PUBLIC) assert.deepEqual(await send(message(url)), { ok: true, status: 204 }, url);
});

for (const [what, answers] of Object.entries(HOSTILE_ANSWERS)) {
  Deno.test(`a public name that resolves to ${what} is not dialled`, async () => {
    const { send, dialled } = world(answers);
    const sent = await send(message("https://attacker.example.com/"));
    assert.ok(!sent.ok && sent.code === "forbidden_address", JSON.stringify(sent));
    assert.deepEqual(dialled, []);
  });
}

Deno.test("a name is resolved once, and the address that was checked is the one dialled: rebinding finds no second question", async () => {
  const { send, dialled, asked } = world(["93.184.216.34"], ["127.0.0.1"]);
  assert.ok((await send(message("https://rebind.example.com/"))).ok);
  assert.deepEqual(dialled, ["93.184.216.34"]);
  assert.equal(asked(), 1);
  const second = await send(message("https://rebind.example.com/"));
  assert.ok(!second.ok && second.code === "forbidden_address");
  assert.deepEqual(dialled, ["93.184.216.34"]);
});

Deno.test("a name without addresses, and a name server that fails, are told apart", async () => {
  const none = await world([]).send(message("https://nothing.example.com/"));
  assert.ok(!none.ok && none.code === "no_address");
  const send = createSend(
    createDial(STRICT_POLICY, { resolve: () => Promise.reject(new Error("SERVFAIL")) }),
  );
  const failed = await send(message("https://servfail.example.com/"));
  assert.ok(!failed.ok && failed.code === "dns_failed");
});

Deno.test("an address in a URL is dialled without asking DNS", async () => {
  const { send, dialled, asked } = world(["127.0.0.1"]);
  assert.ok((await send(message("https://134744072/"))).ok);
  assert.ok((await send(message("https://[2606:4700:4700::1111]/"))).ok);
  assert.deepEqual(dialled, ["8.8.8.8", "2606:4700:4700::1111"]);
  assert.equal(asked(), 0);
});

for (const status of [301, 302, 303, 307, 308]) {
  Deno.test(`a ${status} to a private address is a failure, and not followed`, async () => {
    const dialled: string[] = [];
    const send = createSend(createDial(STRICT_POLICY, {
      resolve: () => Promise.resolve(["93.184.216.34"]),
      send: ({ address }) => {
        dialled.push(address);
        const headers = new Map([["location", "http://169.254.169.254/latest/meta-data/"]]);
        return Promise.resolve({ status, headers, body: "" });
      },
    }));
    const sent = await send(message("https://redirect.example.com/"));
    assert.ok(!sent.ok && sent.code === "redirect" && sent.status === status);
    assert.deepEqual(dialled, ["93.184.216.34"]);
  });
}

Deno.test("a refusal says what is wrong and never repeats the URL", () => {
  for (const url of Object.values(REFUSED).flat().filter((text) => text.length > 12)) {
    const check = checkWebhookUrl(url);
    assert.ok(!check.ok && !check.message.includes(url.slice(8)), url);
  }
});
