/** 100,000 texts as keys and as the entries of the configuration: read or refused, and never repeated. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createApiKeyAuthService, parseApiKeys } from "../../../supabase/functions/_shared/auth/api-keys.ts";
import { presentedKey } from "../../../supabase/functions/_shared/auth/authorize.ts";
import { createSignatureService } from "../../../supabase/functions/_shared/auth/signatures.ts";
import { createApp } from "../../../supabase/functions/_shared/http/app.ts";
import { character, damage, damaged, FUZZ_RUNS } from "../../support/fuzz.ts";

const secret = "a secret of the tests, long enough";
const maker = createApiKeyAuthService({ secret, apiKeys: "" });
const { key, entry } = maker.generateApiKey({ id: "tv", scopes: ["trade"], account: "mine" });
const signing = `desk:whsec_${btoa("x".repeat(32))}:trade:mine`;
const service = createApiKeyAuthService({ secret, previousSecret: `${secret}!`, apiKeys: entry });
const runs = (share: number) => ({ numRuns: Math.ceil(FUZZ_RUNS * share) });

const text = fc.oneof(
  fc.string({ unit: character, maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom("sa_", "_", "0", "f", ":", ",", "+", "trade", "whsec_", "=", "\u0000", "é"),
    maxLength: 90,
  }),
  fc.array(damage, { minLength: 1, maxLength: 3 }).map((all) => all.reduce(damaged, key)),
);

Deno.test("no text but the key is the key, and none makes its check throw", () => {
  fc.assert(
    fc.property(text, (guess) => {
      const check = service.checkApiKey(guess);
      assert.equal(check.ok, guess === key);
      if (!check.ok) assert.match(check.code, /^(malformed|unknown)_key$/);
    }),
    runs(1),
  );
});

Deno.test("any API_KEYS are read, or refused by the place of the entry without a word of it", () => {
  const entries = fc.oneof(
    text,
    fc.array(damage, { minLength: 1, maxLength: 2 }).map((all) => all.reduce(damaged, entry)),
  );
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 3 }), fc.boolean(), (all, signs) => {
      const written = all.join(",");
      try {
        if (signs) createSignatureService({ webhookSecrets: written.replaceAll(entry, signing) });
        else {for (const { hash, scopes } of parseApiKeys(written)) {
            assert.ok(hash.length === 32 && scopes.length > 0);
          }}
      } catch (error) {
        assert.ok(error instanceof Error && !(error instanceof assert.AssertionError));
        assert.match(error.message, /^(API_KEYS|WEBHOOK_SECRETS): entry \d has [a-zA-Z0-9 ,._…-]+$/);
      }
    }),
    runs(1),
  );
});

Deno.test("any headers, path and query are searched for a key without an error of ours", async () => {
  const app = createApp(() => {});
  app.get("/:key?", (context) => context.json({ found: presentedKey(context) }));
  const header = fc.string({
    unit: fc.integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code)),
  });
  await fc.assert(
    fc.asyncProperty(header, header, text, text, async (authorization, own, path, query) => {
      const address = new URL("http://host/");
      address.pathname = path.replaceAll("/", "");
      address.search = query;
      const { status } = await app.request(address, { headers: { authorization, "x-api-key": own } });
      assert.ok(status < 500, String(status));
    }),
    runs(0.2),
  );
});
