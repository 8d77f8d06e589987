import assert from "node:assert/strict";
import { createApiKeyAuthService } from "../../../supabase/functions/_shared/auth/api-keys.ts";
import { doDue } from "../../../supabase/functions/_shared/auth/project-access.ts";
import { createApp } from "../../../supabase/functions/_shared/http/app.ts";
import { testNotification } from "../../../supabase/functions/_shared/notifications/routes.ts";

const secret = "a secret of the tests, long enough";
const maker = createApiKeyAuthService({ secret, apiKeys: "" });
const bound = maker.generateApiKey({ id: "bound", scopes: ["trade", "read", "admin"], account: "mine" });
const admin = maker.generateApiKey({ id: "admin", scopes: ["admin"] });

/** The function over an outbox that is played; `asked` is what it was asked for. */
function stage() {
  const asked: string[] = [];
  const access = {
    apiKeys: createApiKeyAuthService({ secret, apiKeys: `${bound.entry},${admin.entry}` }),
    serviceKeys: ["sb_secret_new", "sb_secret_of_the_tests"],
  };
  const app = createApp(() => {});
  app.post(
    "/notifications",
    doDue(access, () => {
      asked.push("dispatch");
      return Promise.resolve({} as never);
    }),
  );
  const outbox = {
    channel: (name: string) => {
      asked.push(name);
      return Promise.resolve(null);
    },
  };
  app.post("/notifications/test", testNotification(access, outbox, () => assert.fail("nothing is sent")));
  const post = async (path: string, key: string, channel: string) => {
    const response = await app.request(path, {
      method: "POST",
      headers: { "x-api-key": key },
      body: JSON.stringify({ channel }),
    });
    return { status: response.status, code: (await response.json()).error?.code };
  };
  return { asked, post };
}

Deno.test("a key of one account has nothing sent for all, and learns no channel's name, though its scope is admin", async () => {
  const { asked, post } = stage();
  const refused = { status: 403, code: "wrong_account" };
  assert.deepEqual(await post("/notifications", bound.key, ""), refused);
  assert.deepEqual(await post("/notifications/test", bound.key, "ops"), refused);
  assert.deepEqual(asked, []);
});

Deno.test("a key of every account may", async () => {
  const { asked, post } = stage();
  assert.equal((await post("/notifications", admin.key, "")).status, 200);
  assert.equal((await post("/notifications/test", admin.key, "ops")).code, "unknown_channel");
  assert.deepEqual(asked, ["dispatch", "ops"]);
});
