import assert from "node:assert/strict";
import { createFetchBars } from "../../../supabase/functions/_shared/marks/fetch-bars.ts";
import type { Source } from "../../../supabase/functions/_shared/marks/source.ts";
import { createDial, type Dialled } from "../../../supabase/functions/_shared/notifications/dial.ts";
import type { Answer } from "../../../supabase/functions/_shared/notifications/exchange.ts";
import { STRICT_POLICY } from "../../../supabase/functions/_shared/notifications/policy.ts";

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 0, 5);
const source: Source = {
  name: "mine",
  kind: "binance",
  exchanges: [],
  url: "https://bars.example.com/klines",
  headers: { "x-key": "hunter2" },
  paths: null,
  max_jump_percent: null,
  resume_at: null,
};
const choice = { source, name: "BTCUSDT", allowNonpositive: false };
const answer = (body: string, status = 200, headers: [string, string][] = []): Dialled => ({
  ok: true,
  answer: { status, headers: new Map(headers), body },
});
/** All minutes that a URL asks for. */
const inFull = (url: string): Dialled => {
  const asked = new URL(url).searchParams;
  const rows = [];
  for (let at = Number(asked.get("startTime")); at < Number(asked.get("endTime")); at += MINUTE) {
    rows.push([at, "1", "1", "1", "1"]);
  }
  return answer(JSON.stringify(rows.slice(0, Number(asked.get("limit")))));
};

/** What asks a source that answers so, on a clock that pauses move. */
function world(answerTo: (url: string, nr: number) => Dialled, by = choice) {
  let ticks = 1_000;
  const asked: string[] = [];
  const fetchBars = createFetchBars(({ url }) => {
    asked.push(url);
    return Promise.resolve(answerTo(url, asked.length - 1));
  }, {
    now: () => ticks,
    ticks: () => ticks,
    pause: (milliseconds) => Promise.resolve(void (ticks += Math.max(milliseconds, 0))),
  });
  const fetch = (minutes: number, until = Infinity) =>
    fetchBars(by, { from: BEGIN, to: BEGIN + minutes * MINUTE }, until);
  return { fetch, asked, pass: (milliseconds: number) => ticks += milliseconds };
}

Deno.test("a span longer than one request is asked for page by page, and a very long one over several looks", async () => {
  const { fetch, asked } = world(inFull);
  const some = await fetch(2_500);
  assert.equal(some?.bars.length, 2_500);
  assert.equal(asked.length, 3);
  const many = await fetch(9_000);
  assert.equal(many?.bars.length, 4_000);
  assert.equal(many?.askedUntil, BEGIN + 4_000 * MINUTE);
});

Deno.test("what came before a failure is kept, and where it failed is said", async () => {
  const { fetch } = world((url, nr) => nr === 1 ? answer("", 503) : inFull(url));
  const fetched = await fetch(2_000);
  assert.equal(fetched?.failure, "http_status");
  assert.equal(fetched?.bars.length, 1_000);
  assert.equal(fetched?.askedUntil, BEGIN + 1_000 * MINUTE);
});

Deno.test("a source that fails three times is left alone, and asked once after a while", async () => {
  const { fetch, asked, pass } = world(() => ({ ok: false, code: "timeout" }));
  for (const code of ["timeout", "timeout", "timeout", "source_away"]) {
    assert.equal((await fetch(1))?.failure, code);
  }
  assert.equal(asked.length, 3);
  pass(1_000);
  assert.equal((await fetch(1))?.failure, "timeout");
});

Deno.test("after a 429 nothing is asked until the source wants it again", async () => {
  const { fetch, asked, pass } = world((url, nr) =>
    nr === 0 ? answer("", 429, [["retry-after", "90"]]) : inFull(url)
  );
  assert.equal((await fetch(1))?.retryAfter, 90);
  pass(89_000);
  assert.equal((await fetch(1))?.failure, "rate_limited");
  assert.equal(asked.length, 1);
  pass(2_000);
  assert.equal((await fetch(1))?.failure, null);
});

Deno.test("one that wants to be left alone, and does not say for how long, or for no time, is not asked again in this look", async () => {
  for (
    const headers of [[], [["retry-after", "0"]], [["retry-after", "Mon, 05 Jan 2026 00:00:00 GMT"]]] as [
      string,
      string,
    ][][]
  ) {
    const { fetch, asked, pass } = world(() => answer("", 418, headers));
    assert.equal((await fetch(1))?.failure, "rate_limited");
    pass(11_000);
    assert.equal((await fetch(1))?.failure, "rate_limited");
    assert.equal(asked.length, 1, String(headers));
  }
});

Deno.test("Kraken's errors of HTTP 200 count as those of a status do", async () => {
  const kraken = { source: { ...source, kind: "kraken" as const }, name: "XBTUSD", allowNonpositive: false };
  const limited = world(() => answer('{"error":["EGeneral:Too many requests"]}'), kraken);
  assert.deepEqual([(await limited.fetch(1))?.failure, (await limited.fetch(1))?.failure], [
    "rate_limited",
    "rate_limited",
  ]);
  assert.equal(limited.asked.length, 1);
  const away = world(() => answer('{"error":["EService:Unavailable"]}'), kraken);
  for (let nr = 0; nr < 5; nr++) assert.equal((await away.fetch(1))?.failure, "source_away");
  assert.ok(away.asked.length < 5, `${away.asked.length} requests`);
});

Deno.test("a source that refuses us, or redirects, is left alone soon, and one that does not know a symbol is asked for the others", async () => {
  for (
    const [status, code, requests] of [
      [403, "source_refuses", 3],
      [451, "source_refuses", 3],
      [302, "http_status", 3],
      [404, "unknown_symbol", 6],
      [400, "unknown_symbol", 6],
    ] as const
  ) {
    const { fetch, asked } = world(() => answer("", status));
    const failures = [];
    for (let nr = 0; nr < 6; nr++) failures.push((await fetch(1))?.failure);
    assert.equal(failures[0], code);
    assert.equal(asked.length, requests, code);
  }
});

Deno.test("a page that ends before its span is over is gone on from where it ends, so that no minute is left out", async () => {
  const alpaca = { source: { ...source, kind: "alpaca" as const }, name: "AAPL", allowNonpositive: false };
  const bar = (at: number) => ({ t: new Date(at).toISOString(), o: 1, h: 1, l: 1, c: 1 });
  const { fetch, asked } = world((url, nr) => {
    const start = Date.parse(new URL(url).searchParams.get("start") ?? "");
    const bars = { AAPL: [bar(start), bar(start + MINUTE)] };
    return answer(JSON.stringify({ bars, next_page_token: nr < 2 ? "abc" : null }));
  }, alpaca);
  const fetched = await fetch(30);
  assert.deepEqual(asked.map((url) => new URL(url).searchParams.get("start")?.slice(14, 16)), [
    "00",
    "02",
    "04",
  ]);
  assert.equal(fetched?.bars.length, 6);
  assert.equal(fetched?.askedUntil, BEGIN + 30 * MINUTE);
  const stuck = world(() => answer('{"bars":{},"next_page_token":"abc"}'), alpaca);
  const none = await stuck.fetch(30);
  assert.deepEqual([none?.askedUntil, none?.failure], [BEGIN, "unreadable_answer"]);
});

Deno.test("a source is not asked faster than it likes, and whose turn does not come in time is not asked", async () => {
  const { fetch, asked } = world(inFull);
  const fetched = await Promise.all(Array.from({ length: 60 }, () => fetch(1, 2_000)));
  assert.equal(asked.length, fetched.filter((each) => each !== null).length);
  assert.ok(asked.length >= 50 && asked.length <= 51, `${asked.length} in a second`);
});

Deno.test("what is not JSON, or cut off, is no answer", async () => {
  for (
    const [body, headers] of [["<html>", []], ["[]", [["content-length", "200"]]], ["[", []]] as [
      string,
      [string, string][],
    ][]
  ) {
    const { fetch } = world(() => answer(body, 200, headers));
    assert.equal((await fetch(1))?.failure, "unreadable_answer", body);
  }
});

Deno.test("a source at a private address is not dialled, whatever its name", async () => {
  const dialled: string[] = [];
  const dial = createDial(STRICT_POLICY, {
    resolve: () => Promise.resolve(["10.0.0.7"]),
    send: ({ address }) => (dialled.push(address), Promise.resolve({} as Answer)),
  });
  const clock = { now: Date.now, ticks: () => 0, pause: () => Promise.resolve() };
  const span = { from: BEGIN, to: BEGIN + MINUTE };
  for (
    const [url, code] of [
      ["https://bars.example/k", "forbidden_host"],
      ["https://bars.acme.com/k", "forbidden_address"],
      ["https://169.254.169.254/latest", "forbidden_host"],
      ["http://bars.acme.com/k", "forbidden_scheme"],
      ["https://bars.acme.com:6379/k", "forbidden_port"],
    ] as const
  ) {
    const fetched = await createFetchBars(dial, clock)({ ...choice, source: { ...source, url } }, span, 1);
    assert.equal(fetched?.failure, code, url);
  }
  assert.deepEqual(dialled, []);
});

Deno.test("a price of 0 or below is one of an instrument that may have it only", async () => {
  for (const low of ["0", "-37.63"]) {
    const row = answer(JSON.stringify([[BEGIN, "1", "1", low, "1"]]));
    assert.equal((await world(() => row).fetch(1))?.failure, "unreadable_answer", low);
    const { fetch } = world(() => row, { ...choice, allowNonpositive: true });
    assert.equal(Number((await fetch(1))?.bars[0]?.low), Number(low));
  }
});
