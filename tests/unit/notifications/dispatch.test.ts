import assert from "node:assert/strict";
import { createDispatch } from "../../../supabase/functions/_shared/notifications/dispatch.ts";
import { DatabaseError } from "../../../supabase/functions/_shared/database/ask.ts";
import type { ChannelLine, Outbox } from "../../../supabase/functions/_shared/notifications/outbox-rpc.ts";
import type { Send, Sent } from "../../../supabase/functions/_shared/notifications/send.ts";
import { createWake } from "../../../supabase/functions/_shared/notifications/wake.ts";
import { createLog } from "../../../supabase/functions/_shared/observability/log.ts";

const url = "https://hooks.example.com/services/hunter2";
const line = (name: string, ...ids: string[]): ChannelLine => ({
  lease: `lease of ${name}`,
  channel: { name, kind: "slack", url, token: null, chat_id: null, secrets: [] },
  notifications: ids.map((id) => ({
    id,
    message_id: `msg_${id}`,
    event: "fill",
    payload: {},
    attempts: 0,
    created_at: "2026-01-01T00:00:00Z",
  })),
});

/** A dispatcher over an outbox of these lines; `said` is what it told the outbox. */
function world(
  lines: ChannelLine[],
  send: Send,
  more: { now?: () => number; channel_disabled?: boolean } = {},
) {
  const said: string[] = [];
  const log: string[] = [];
  const outbox: Outbox = {
    enqueueTimed: () => Promise.resolve(),
    claim: () => Promise.resolve(lines.shift() ?? null),
    complete: (id) => Promise.resolve(void said.push(`complete ${id}`)),
    fail: (id, _, { error, retryAfter, refused }) => {
      said.push(`fail ${id} ${error} ${retryAfter} ${refused}`);
      const status = refused ? "dead" : "pending";
      return Promise.resolve({ status, channel_disabled: more.channel_disabled ?? false });
    },
    release: (lease) => Promise.resolve(void said.push(`release ${lease}`)),
    work: () => Promise.resolve({ channels: 1, due: true }),
    channel: () => Promise.resolve(null),
  };
  const dispatch = createDispatch({
    outbox,
    send,
    lanes: 1,
    now: more.now,
    log: createLog("debug", {}, (text) => log.push(text)),
  });
  return { dispatch, said, log, outbox };
}
const failed = (more: Partial<Extract<Sent, { ok: false }>> = {}): Sent => ({
  ok: false,
  code: "http_status",
  status: 500,
  retryAfter: null,
  ...more,
});
const arrived: Sent = { ok: true, status: 200 };

Deno.test("a line is sent in its order, each message after the one before it arrived", async () => {
  let flying = 0;
  const { dispatch, said } = world([line("a", "1", "2", "3")], async () => {
    assert.equal(++flying, 1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    flying--;
    return arrived;
  });
  assert.deepEqual(await dispatch(), { delivered: 3, failed: 0 });
  assert.deepEqual(said, ["complete 1", "complete 2", "complete 3"]);
});

Deno.test("a line ends at its first failure; the next line is sent", async () => {
  const answers = [arrived, failed({ retryAfter: 7 }), arrived];
  const { dispatch, said } = world(
    [line("a", "1", "2", "3"), line("b", "4")],
    () => Promise.resolve(answers.shift() ?? failed()),
  );
  assert.deepEqual(await dispatch(), { delivered: 2, failed: 1 });
  assert.deepEqual(said, ["complete 1", "fail 2 http_status 500 7 false", "complete 4"]);
});

Deno.test("a message that its receiver refuses for what it says holds up none behind it", async () => {
  const refusals = [400, 410, 413, 422].map((status) => failed({ status }));
  const answers = [...refusals, arrived, failed({ code: "timeout", status: null })];
  const { dispatch, said } = world(
    [line("a", "1", "2", "3", "4", "5", "6", "7")],
    () => Promise.resolve(answers.shift() ?? arrived),
  );
  assert.deepEqual(await dispatch(), { delivered: 1, failed: 5 });
  assert.deepEqual(said, [
    ...[400, 410, 413, 422].map((status, index) => `fail ${index + 1} http_status ${status} null true`),
    "complete 5",
    "fail 6 timeout null false",
  ]);
});

Deno.test("a line whose channel is disabled by a refusal is not sent on", async () => {
  const { dispatch, said } = world(
    [line("a", "1", "2")],
    () => Promise.resolve(failed({ status: 400 })),
    { channel_disabled: true },
  );
  await dispatch();
  assert.deepEqual(said, ["fail 1 http_status 400 null true"]);
});

Deno.test("nothing is sent that might not be over before the lease is", async () => {
  let time = 0;
  const { dispatch, said } = world([line("a", "1", "2", "3")], () => {
    time += 30_000;
    return Promise.resolve(arrived);
  }, { now: () => time });
  await dispatch();
  assert.deepEqual(said, ["complete 1", "complete 2", "release lease of a"]);
});

Deno.test("a channel whose values make no message fails like one that cannot be reached", async () => {
  const broken = line("a", "1");
  broken.channel = { ...broken.channel, kind: "webhook", secrets: ["whsec_*"] };
  const { dispatch, said } = world([broken], () => Promise.resolve(arrived));
  await dispatch();
  assert.deepEqual(said, ["fail 1 invalid_message null false"]);
});

Deno.test("the log names the channel and the code, never its URL", async () => {
  const { dispatch, log } = world([line("a", "1")], () => Promise.resolve(failed()), {
    channel_disabled: true,
  });
  await dispatch();
  assert.equal(log.length, 2);
  assert.ok(
    log.every((text) => text.includes('"channel":"a"')) && !log.join().includes("hunter2"),
    log.join(),
  );
});

/** A wake over an outbox that answers `work`, by a clock that the test moves. */
function alarm(work: () => { channels: number; due: boolean }) {
  const counts = { asked: 0, called: 0 };
  let time = 0;
  const waiting: { at: number; run: () => void }[] = [];
  const wake = createWake({
    outbox: {
      work: () => {
        counts.asked++;
        return Promise.resolve().then(work);
      },
    },
    call: () => {
      counts.called++;
      return Promise.resolve(new Response());
    },
    log: () => {},
    now: () => time,
    later: (run, milliseconds) => waiting.push({ at: time + milliseconds, run }),
  });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
  return {
    wake,
    counts,
    async pass(milliseconds: number) {
      await settle();
      time += milliseconds;
      for (const { run } of waiting.filter(({ at }) => at <= time).splice(0)) run();
      await settle();
    },
  };
}

Deno.test("without channels a thousand alerts ask the database once in five seconds, and call nothing", async () => {
  const { wake, counts, pass } = alarm(() => ({ channels: 0, due: false }));
  for (let second = 0; second < 4; second++) {
    for (let alert = 0; alert < 250; alert++) wake();
    await pass(1_000);
  }
  assert.deepEqual(counts, { asked: 1, called: 0 });
  await pass(1_000);
  assert.deepEqual(counts, { asked: 2, called: 0 });
});

Deno.test("a channel made in the quiet time is seen at its end, without another alert", async () => {
  let channels = 0;
  const { wake, counts, pass } = alarm(() => ({ channels, due: channels > 0 }));
  wake();
  await pass(100);
  channels = 1;
  wake();
  await pass(100);
  assert.equal(counts.called, 0);
  await pass(5_000);
  assert.equal(counts.called, 1);
});

Deno.test("many alerts at a time wake the dispatcher once, and once more for those that came meanwhile", async () => {
  const { wake, counts, pass } = alarm(() => ({ channels: 1, due: true }));
  for (let alert = 0; alert < 100; alert++) wake();
  await pass(0);
  assert.deepEqual(counts, { asked: 2, called: 2 });
});

Deno.test("nothing due wakes nobody, and an outage of the database is nobody's failure", async () => {
  const idle = alarm(() => ({ channels: 1, due: false }));
  idle.wake();
  await idle.pass(0);
  assert.deepEqual(idle.counts, { asked: 1, called: 0 });
  const broken = alarm(() => {
    throw new DatabaseError("no_answer");
  });
  broken.wake();
  await broken.pass(0);
  broken.wake();
  await broken.pass(0);
  assert.deepEqual(broken.counts, { asked: 2, called: 0 });
});
