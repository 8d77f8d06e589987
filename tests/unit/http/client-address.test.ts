import assert from "node:assert/strict";
import { allowSources, parseSources } from "../../../supabase/functions/_shared/http/allowed-sources.ts";
import { createApp } from "../../../supabase/functions/_shared/http/app.ts";
import {
  clientAddress,
  defaultProxy,
  networkOf,
  plainAddress,
} from "../../../supabase/functions/_shared/network/client-address.ts";

const headers = (forwarded: string, others: Record<string, string> = {}) =>
  new Headers({ "x-forwarded-for": forwarded, ...others });

Deno.test("the address is that which our own proxy appended, whatever the client wrote before it", () => {
  assert.equal(clientAddress(headers("192.0.2.1"), 1), "192.0.2.1");
  for (const forged of ["52.89.214.238", "52.89.214.238, 34.212.75.30", "", ",,", "nonsense", "::1"]) {
    assert.equal(clientAddress(headers(`${forged}, 192.0.2.1`), 1), "192.0.2.1", forged);
    assert.equal(clientAddress(headers(`${forged}, 192.0.2.1, 10.0.0.7`), 2), "192.0.2.1", forged);
  }
});

Deno.test("headers that the trusted hop does not set tell nothing", () => {
  const others = { "cf-connecting-ip": "1.1.1.1", "x-real-ip": "1.1.1.1", forwarded: "for=1.1.1.1" };
  assert.equal(clientAddress(headers("192.0.2.1", others), 1), "192.0.2.1");
  assert.equal(clientAddress(new Headers(others), 1), null);
  assert.equal(clientAddress(headers("192.0.2.1"), "cloudflare"), null);
  assert.equal(clientAddress(headers("192.0.2.1", others), "cloudflare"), "1.1.1.1");
});

Deno.test("what is no address is none", () => {
  for (
    const text of [
      "",
      "localhost",
      "192.0.2.1:80",
      "192.0.2",
      "0300.0.2.1",
      "fe80::1%eth0",
      "1.1.1.1 2.2.2.2",
    ]
  ) {
    assert.equal(plainAddress(text), null, text);
  }
  assert.equal(clientAddress(headers("192.0.2.1"), 2), null, "fewer hops than are trusted");
});

Deno.test("an IPv4 address in IPv6 is the IPv4 address; the network of IPv6 is its /64", () => {
  assert.equal(plainAddress("::FFFF:192.0.2.1"), "192.0.2.1");
  assert.equal(networkOf("192.0.2.1"), "192.0.2.1");
  for (const address of ["2001:db8::1", "2001:0db8:0:0:1::", "2001:db8:0:0:9:8:7:6", "2001:db8::0.0.0.1"]) {
    assert.equal(networkOf(address), "2001:db8:0:0::/64", address);
  }
  assert.equal(networkOf("::1"), "0:0:0:0::/64");
});

Deno.test("a hosted project trusts Cloudflare, any other one gateway", () => {
  assert.equal(defaultProxy("https://abc.supabase.co"), "cloudflare");
  assert.equal(defaultProxy("http://127.0.0.1:54321"), 1);
  assert.equal(defaultProxy("https://supabase.co.example.com"), 1);
});

Deno.test("sources are addresses, networks and TradingView, by commas", () => {
  const allowed = parseSources(" tradingview, 203.0.113.0/24 ,2001:db8::/32, 192.0.2.1,");
  assert.ok(typeof allowed === "function");
  for (const address of ["52.89.214.238", "34.212.75.30", "54.218.53.128", "52.32.178.7"]) {
    assert.ok(allowed(address), address);
  }
  for (const address of ["203.0.113.255", "2001:db8:1::1", "192.0.2.1"]) assert.ok(allowed(address), address);
  for (const address of ["203.0.114.0", "2001:db9::1", "192.0.2.2", "127.0.0.1", "::1"]) {
    assert.ok(!allowed(address), address);
  }
  assert.equal(parseSources(" , "), null);
});

Deno.test("a source that cannot be read is told by its place", () => {
  for (
    const bad of ["tradingveiw", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "::1/129", "1.2.3.4/8/8", "fe80::1%eth0"]
  ) {
    const parsed = parseSources(`192.0.2.1, ${bad}`);
    assert.ok(
      parsed instanceof Error && /entry 2/.test(parsed.message) && !parsed.message.includes(bad),
      bad,
    );
  }
});

Deno.test("a request from elsewhere is 403, whatever address it claims; one without an address too", async () => {
  const app = createApp(() => {});
  const sources = parseSources("tradingview");
  assert.ok(typeof sources === "function");
  app.use(allowSources(sources, 1));
  app.post("/", (context) => context.json({}));
  const post = (headers: Record<string, string>) => app.request("/", { method: "POST", headers });
  assert.equal((await post({ "x-forwarded-for": "52.89.214.238" })).status, 200);
  for (
    const forged of [
      { "x-forwarded-for": "52.89.214.238, 192.0.2.1" },
      { "x-forwarded-for": "192.0.2.1", "x-real-ip": "52.89.214.238" },
      {
        "x-forwarded-for": "192.0.2.1",
        "cf-connecting-ip": "52.89.214.238",
        "true-client-ip": "52.89.214.238",
      },
      { forwarded: "for=52.89.214.238" },
      {},
    ]
  ) {
    const response = await post(forged as Record<string, string>);
    assert.equal(response.status, 403, JSON.stringify(forged));
    const { code, message } = (await response.json()).error;
    assert.equal(code, "source_not_allowed");
    // Its own address, or the proxy's: so whoever is refused by mistake sees which to allow, or that TRUSTED_PROXY is wrong.
    const seen = "x-forwarded-for" in forged ? "192.0.2.1" : null;
    assert.equal(response.headers.get("x-client-address"), seen);
    assert.equal(message, `alerts are not taken from ${seen ?? "an address that no proxy says"}`);
  }
});
