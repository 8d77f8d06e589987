import type { Context } from "hono";
import type { AppContext } from "../http/app.ts";
import { HttpError } from "../http/errors.ts";
import type { ApiKeyAuthService, Scope, Sender } from "./api-keys.ts";

/** Supabase's own tokens, which its clients put into `Authorization` by themselves, beside our key or without one. */
const SUPABASE_TOKEN = /^(sb_(publishable|secret)_|eyJ[\w-]*\.[\w-]+\.)/;

/** One at each place. More would make work: each is looked for in every text of the request. */
const MOST_PRESENTED_KEYS = 4;

/**
 * The keys that came with a request outside its body: `Authorization: Bearer`, `x-api-key`, the path
 * (`/alerts/<key>`), `?key=`, in this order. What is empty counts as not sent, as does a token of Supabase's.
 *
 * @throws HttpError 400 for more than one at each of these places
 */
export function presentedKeys(context: Context): string[] {
  const [, bearer = ""] = /^Bearer\s+(\S+)\s*$/i.exec(context.req.header("authorization") ?? "") ?? [];
  const { req } = context;
  const keys = [
    SUPABASE_TOKEN.test(bearer) ? "" : bearer,
    req.header("x-api-key"),
    req.param("key"),
    ...req.queries("key") ?? [],
  ].filter((key): key is string => key !== undefined && key !== "");
  if (keys.length <= MOST_PRESENTED_KEYS) return keys;
  throw new HttpError(400, "too_many_keys", `the request carries more than ${MOST_PRESENTED_KEYS} keys`);
}

/** The key that counts: the first of {@link presentedKeys}, or null. */
export const presentedKey = (context: Context): string | null => presentedKeys(context)[0] ?? null;

/**
 * The sender whose key it is.
 *
 * @throws HttpError 401 for no key or a wrong one, 403 when it lacks the scope
 */
export function authorize(service: ApiKeyAuthService, key: string | null, scope: Scope): Sender {
  const sender = identify(service, key);
  requireScope(sender, scope);
  return sender;
}

/** The same of the key that came outside the body; the log says whose it is. */
export function admit(context: AppContext, service: ApiKeyAuthService, scope: Scope): Sender {
  const sender = authorize(service, presentedKey(context), scope);
  context.get("logFields").key_id = sender.id;
  return sender;
}

/**
 * The sender whose key it is, whatever it may do.
 *
 * @throws HttpError 401 for no key or a wrong one
 */
export function identify(service: ApiKeyAuthService, key: string | null): Sender {
  if (key === null) {
    throw unauthorized(
      "missing_key",
      "no API key was found: send it as the header x-api-key or authorization: Bearer, without < >; an alert may have it in its field key",
    );
  }
  const check = service.checkApiKey(key);
  if (!check.ok) throw unauthorized(check.code, "this API key is not valid");
  const { id, scopes, account } = check;
  return { id, scopes, account };
}

/** Throws HttpError 403 when the key is of one account, and not of this one (null: of all); `path` says where that is named. */
export function requireAccount(
  { account: own }: Sender,
  account: string | null,
  path: string | null = null,
  what: "touch" | "read" = "touch",
): void {
  if (own === null || own === account) return;
  const details = path === null ? undefined : [{ path, message: "is not the account of this API key" }];
  throw new HttpError(403, "wrong_account", `this API key may only ${what} its own account`, details);
}

/** The answer to who is nobody we know. */
export function unauthorized(code: string, message: string, path = "key"): HttpError {
  return new HttpError(401, code, message, [{ path, message }], {
    "www-authenticate": 'Bearer realm="alerts"',
  });
}

/** Throws HttpError 403 when the sender may not do what `scope` stands for. */
export function requireScope(sender: Sender, scope: Scope): void {
  if (!sender.scopes.includes(scope)) {
    throw new HttpError(403, "missing_scope", `this API key lacks the scope ${scope}`);
  }
}
