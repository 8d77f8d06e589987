import { deepEqual, equal, ok } from "node:assert/strict";
import { stack } from "../support/stack.ts";
import { browserTest, type Page } from "./browser.ts";
import { openWindow, userId } from "./desk.ts";

/** A page as a static host serves it in production: a `config.json` of these fields, or none. */
async function hosted(page: Page, config: Record<string, string> | null): Promise<void> {
  await page.route(
    "**/config.json",
    (route) => config === null ? route.fulfill({ status: 404 }) : route.fulfill({ json: config }),
  );
  await page.goto(stack.dashboard_url);
}

/** Stands in for Supabase Auth, which a stack without Docker does not have: one user, one password. */
async function withAuth(page: Page): Promise<{ links: unknown[] }> {
  const links: unknown[] = [];
  const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
  await page.route("**/auth/v1/**", (route) => {
    const request = route.request();
    const path = new URL(request.url()).pathname;
    if (request.method() === "OPTIONS") return route.fulfill({ status: 204, headers: cors });
    if (path.endsWith("/otp")) {
      links.push(request.postDataJSON());
      return route.fulfill({ json: {}, headers: cors });
    }
    if (path.endsWith("/token") && request.postDataJSON()?.password === "right") {
      const user = { id: userId, email: "local@example.com", aud: "authenticated" };
      const session = {
        access_token: stack.user_jwt,
        refresh_token: "r",
        token_type: "bearer",
        expires_in: 3600,
        user,
      };
      return route.fulfill({ json: session, headers: cors });
    }
    if (path.endsWith("/logout")) return route.fulfill({ status: 204, headers: cors });
    const refusal = { code: 400, error_code: "invalid_credentials", msg: "Invalid login credentials" };
    return route.fulfill({ status: 400, json: refusal, headers: cors });
  });
  return { links };
}

const production = { url: stack.api_url, publishable_key: stack.publishable_key };

browserTest(
  "with a config.json it asks who is there, and tells a wrong password from a right one",
  async (browser) => {
    const { page, problems } = await openWindow(browser, {});
    const { links } = await withAuth(page);
    await hosted(page, production);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    equal(await page.getByRole("button", { name: "Show another project" }).count(), 0);

    await page.getByRole("button", { name: "E-mail me a link instead" }).click();
    ok((await page.getByRole("alert").innerText()).startsWith("Enter the e-mail address"));
    await page.getByLabel("E-mail", { exact: true }).fill("local@example.com");
    await page.getByRole("button", { name: "E-mail me a link instead" }).click();
    await page.getByText("A link is on its way to local@example.com").waitFor();
    equal((links[0] as { create_user: boolean }).create_user, false, "strangers do not become users");

    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This e-mail and password do not match a user.").waitFor();
    await page.getByLabel("Password").fill("right");
    await page.keyboard.press("Enter");
    await page.locator(".figures-row").waitFor();

    await page.reload();
    await page.locator(".figures-row").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    deepEqual(problems, []);
  },
);

browserTest("without one it asks for the project, refuses secret keys, and remembers", async (browser) => {
  const { page } = await openWindow(browser, {});
  await withAuth(page);
  await hosted(page, null);
  const connect = async (url: string, key: string) => {
    await page.getByLabel("Project URL").fill(url);
    await page.getByLabel("Publishable key").fill(key);
    await page.getByRole("button", { name: "Connect" }).click();
  };
  await connect("http://example.com", stack.publishable_key);
  ok((await page.getByRole("alert").innerText()).includes("https://<project>.supabase.co"));
  for (const secret of [stack.secret_key, stack.service_role_jwt]) {
    await connect(stack.api_url, secret);
    await page.getByText("This is a secret key").waitFor();
  }
  await connect(`${stack.api_url}/`, stack.publishable_key);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.getByRole("button", { name: "Show another project" }).click();
  await page.getByRole("heading", { name: "Connect your project" }).waitFor();
});
