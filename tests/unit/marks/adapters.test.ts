import assert from "node:assert/strict";
import { readJson } from "../../../supabase/functions/_shared/alerts/json.ts";
import { ADAPTERS, chooseSource } from "../../../supabase/functions/_shared/marks/adapters.ts";
import type { Kind, Source } from "../../../supabase/functions/_shared/marks/source.ts";

const source = (kind: Kind, more: Partial<Source> = {}): Source => ({
  name: kind,
  kind,
  exchanges: [],
  url: null,
  headers: {},
  paths: null,
  max_jump_percent: "20",
  resume_at: null,
  ...more,
});
const FROM = Date.UTC(2026, 10, 20, 14, 30);
const span = { from: FROM, to: FROM + 120_000 };
const value = (text: string) => {
  const { value, problems } = readJson(text);
  assert.deepEqual(problems, []);
  return value ?? null;
};
const readBy = (kind: Kind, text: string, name: string, more: Partial<Source> = {}) =>
  ADAPTERS[kind].read(value(text), name, source(kind, more));

/** Answers in the shape of each source's public documentation, of the minutes 14:30 and 14:31 of that day. */
const SECONDS = FROM / 1_000;
const ANSWERS: Record<Exclude<Kind, "http">, { name: string; url: string; answer: string }> = {
  binance: {
    name: "BTCUSDT",
    url:
      `https://data-api.binance.vision/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=${FROM}&endTime=${
        span.to - 1
      }&limit=1000`,
    answer: `[[${FROM},"0.01634790","0.80000000","0.01575800","0.01577100","148976.11427815",${
      FROM + 59_999
    },"2434.19055334",308,"1756.87402397","28.46694368","0"],
        [${FROM + 60_000},"0.01577100","0.02","0.015","0.0199","1.0",${
      FROM + 119_999
    },"0.1",3,"0.1","0.1","0"]]`,
  },
  binance_futures: {
    name: "BTCUSDT",
    url: `https://fapi.binance.com/fapi/v1/klines?symbol=BTCUSDT&interval=1m&startTime=${FROM}&endTime=${
      span.to - 1
    }&limit=499`,
    answer: `[[${FROM},"0.01634790","0.80000000","0.01575800","0.01577100","148976.11427815",${
      FROM + 59_999
    },"2434.19055334",308,"1756.87402397","28.46694368","17928899.62484339"],
        [${FROM + 60_000},"0.01577100","0.02","0.015","0.0199","1.0",${
      FROM + 119_999
    },"0.1",3,"0.1","0.1","0"]]`,
  },
  coinbase: {
    name: "BTC-USD",
    url:
      "https://api.exchange.coinbase.com/products/BTC-USD/candles?granularity=60&start=2026-11-20T14%3A30%3A00Z&end=2026-11-20T14%3A31%3A00Z",
    answer: `[[${
      SECONDS + 60
    }, 0.015, 0.02, 0.015771, 0.0199, 5.1], [${SECONDS}, 0.015758, 0.8, 0.0163479, 0.015771, 3.20]]`,
  },
  kraken: {
    name: "XBTUSD",
    url: `https://api.kraken.com/0/public/OHLC?pair=XBTUSD&interval=1&since=${SECONDS - 60}`,
    answer:
      `{"error":[],"result":{"XXBTZUSD":[[${SECONDS},"0.0163479","0.8","0.015758","0.015771","0.0160","0.5",23],
        [${SECONDS + 60},"0.015771","0.02","0.0150","0.0199","0.0170","0.5",23]],"last":${SECONDS}}}`,
  },
  alpaca: {
    name: "AAPL",
    url:
      "https://data.alpaca.markets/v2/stocks/bars?symbols=AAPL&timeframe=1Min&start=2026-11-20T14%3A30%3A00Z&end=2026-11-20T14%3A31%3A59Z&limit=1000&adjustment=raw&feed=iex&sort=asc",
    answer:
      `{"bars":{"AAPL":[{"t":"2026-11-20T14:30:00Z","o":0.0163479,"h":0.8,"l":0.015758,"c":0.015771,"v":1118,"n":65,"vw":0.016},
        {"t":"2026-11-20T14:31:00Z","o":0.015771,"h":0.02,"l":0.015,"c":0.0199,"v":1118,"n":65,"vw":0.016}]},"next_page_token":null}`,
  },
};
const BARS = [
  { endsAt: FROM + 60_000, open: "0.0163479", high: "0.8", low: "0.015758", close: "0.015771" },
  { endsAt: FROM + 120_000, open: "0.015771", high: "0.02", low: "0.015", close: "0.0199" },
];

for (const [kind, { name, url, answer }] of Object.entries(ANSWERS)) {
  Deno.test(`${kind} is asked and read as its documentation says, prices as they are written`, () => {
    const adapter = ADAPTERS[kind as Kind];
    assert.equal(adapter.urlOf(source(kind as Kind), name, span), url);
    const read = readBy(kind as Kind, answer, name);
    assert.ok(read.ok);
    assert.deepEqual(read.bars.toSorted((a, b) => a.endsAt - b.endsAt), BARS);
  });
}

Deno.test("an http source is asked by its template, and read by its paths", () => {
  const http = source("http", {
    url: "https://example.com/{symbol}?from={from_s}&to={to_ms}&iso={from}&other={other}",
    paths: { bars: "data.rows", symbol: "data.s", time: "0", open: "1", high: "2", low: "3", close: "4" },
  });
  assert.equal(
    ADAPTERS.http.urlOf(http, "A/B C", span),
    `https://example.com/A%2FB%20C?from=${SECONDS}&to=${span.to}&iso=2026-11-20T14%3A30%3A00Z&other={other}`,
  );
  const answer = `{"data":{"s":"A/B C","rows":[[${SECONDS},"0.0163479","0.8","0.015758","0.015771"]]}}`;
  const read = readBy("http", answer, "A/B C", { paths: http.paths });
  assert.deepEqual(read, { ok: true, bars: BARS.slice(0, 1) });
  const closing = readBy("http", answer, "A/B C", { paths: { ...http.paths, time_is: "close" } });
  assert.ok(closing.ok && closing.bars[0]?.endsAt === FROM);
});

Deno.test("an answer that names another symbol is refused", () => {
  const kraken = ANSWERS.kraken.answer;
  assert.deepEqual(readBy("kraken", kraken, "ETHUSD"), { ok: false, code: "wrong_symbol" });
  assert.ok(readBy("kraken", kraken.replace("XXBTZUSD", "XBTUSD"), "XBTUSD").ok);
  assert.deepEqual(readBy("alpaca", ANSWERS.alpaca.answer, "MSFT"), { ok: false, code: "wrong_symbol" });
  assert.deepEqual(readBy("http", `{"s":"B","rows":[]}`, "A", { paths: { symbol: "s", bars: "rows" } }), {
    ok: false,
    code: "wrong_symbol",
  });
});

Deno.test("a minute without a trade is no bar, and no mistake", () => {
  for (
    const [kind, text] of [
      ["binance", "[]"],
      ["coinbase", "[]"],
      ["kraken", '{"error":[],"result":{"XXBTZUSD":[],"last":0}}'],
      ["alpaca", '{"bars":{},"next_page_token":null}'],
      ["alpaca", '{"bars":null,"next_page_token":null}'],
    ] as const
  ) {
    const read = readBy(kind, text, ANSWERS[kind].name);
    assert.ok(read.ok && read.bars.length === 0 && read.isCut !== true, kind);
  }
});

Deno.test("a parameter that the operator's url has stays as it is set there", () => {
  const url = "https://data.alpaca.markets/v2/stocks/bars?feed=sip&asof=-";
  const asked = new URL(ADAPTERS.alpaca.urlOf(source("alpaca", { url }), "AAPL", span)).searchParams;
  assert.deepEqual([asked.getAll("feed"), asked.getAll("asof"), asked.get("symbols")], [
    ["sip"],
    ["-"],
    "AAPL",
  ]);
  const products = source("coinbase", { url: "https://example.com/products/?key=a" });
  assert.match(
    ADAPTERS.coinbase.urlOf(products, "BTC-USD", span),
    /products\/BTC-USD\/candles\?key=a&granularity=60&/,
  );
});

Deno.test("what is no list of whole minutes with prices is not read, not even in part", () => {
  const row = (...values: (string | number)[]) => JSON.stringify([[FROM, "1", "1", "1", "1"], values]);
  for (
    const answer of [
      "{}",
      '"x"',
      "[1]",
      "[[]]",
      row(FROM + 60_000, "1", "2", "1"),
      row(FROM + 1, "1", "2", "1", "1"),
      row(FROM + 60_000, "1", "2", "1", "3"),
      row(FROM + 60_000, "1", "2", "1.5", "1"),
      row(FROM + 60_000, "1", "NaN", "1", "1"),
      row(FROM + 60_000, "1", "2,5", "1", "1"),
      row(FROM + 60_000, "1", "1e30", "1", "1"),
      row(12, "1", "1", "1", "1"),
    ]
  ) {
    assert.deepEqual(readBy("binance", answer, "BTCUSDT"), { ok: false, code: "unreadable_answer" }, answer);
  }
  const neither = '{"error":null}';
  assert.deepEqual(readBy("kraken", neither, "XBTUSD"), { ok: false, code: "unreadable_answer" });
});

const SOURCES = [
  source("binance", { exchanges: ["BINANCE"] }),
  source("binance_futures", { exchanges: ["BINANCE"] }),
  source("coinbase", { exchanges: ["COINBASE"] }),
  source("kraken", { exchanges: ["KRAKEN"] }),
  source("alpaca", { exchanges: ["NASDAQ", "NYSE"] }),
];
const CHOICES: [exchange: string, symbol: string, choice: string | null][] = [
  ["BINANCE", "BTCUSDT", "binance BTCUSDT"],
  ["BINANCE", "BTCUSDT.P", "binance_futures BTCUSDT"],
  ["", "BINANCE:BTCUSDT.P", "binance_futures BTCUSDT"],
  ["COINBASE", "BTCUSD", "coinbase BTC-USD"],
  ["COINBASE", "ETHBTC", "coinbase ETH-BTC"],
  ["COINBASE", "BTCUSDC", "coinbase BTC-USDC"],
  ["KRAKEN", "BTCUSD", "kraken XBTUSD"],
  ["KRAKEN", "DOGEEUR", "kraken XDGEUR"],
  ["KRAKEN", "ETHBTC", "kraken ETHXBT"],
  ["NASDAQ", "AAPL", "alpaca AAPL"],
  ["NYSE", "BRK.B", "alpaca BRK.B"],
  ["NASDAQ", "ES1!", null],
  ["BYBIT", "BTCUSDT", null],
  ["", "BTCUSDT", null],
];
for (const [exchange, symbol, choice] of CHOICES) {
  Deno.test(`${symbol} of ${exchange || "no exchange"} is asked of ${choice ?? "nobody"}`, () => {
    const chosen = chooseSource(
      { exchange, symbol, source: null, name: null, allow_nonpositive: false },
      SOURCES,
    );
    assert.equal(chosen && `${chosen.source.name} ${chosen.name}`, choice);
  });
}

Deno.test("what the operator chose for a symbol comes before its exchange, and not while that source is off", () => {
  const named = {
    exchange: "BINANCE",
    symbol: "BTCUSDT",
    source: "kraken",
    name: "XBTUSDT",
    allow_nonpositive: false,
  };
  const chosen = chooseSource(named, SOURCES);
  assert.equal(chosen && `${chosen.source.name} ${chosen.name}`, "kraken XBTUSDT");
  assert.equal(chooseSource({ ...named, source: "mine" }, SOURCES), null);
});
