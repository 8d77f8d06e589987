import { isSameDigest, sha256Of } from "../hashing/digest.ts";
import type { AppContext, AppHandler } from "../http/app.ts";
import { unavailable } from "../http/errors.ts";
import type { LogFields } from "../observability/log.ts";
import { background } from "../runtime/background.ts";
import { admit, requireAccount } from "./authorize.ts";
import type { ApiKeyAuthService } from "./api-keys.ts";

/** Who may have done what concerns every account: a key with the scope admin for all of them, or this project itself. */
export interface ProjectAccess {
  apiKeys: ApiKeyAuthService;
  /** Keys of the service role, one of which cron and the other functions send as `apikey`. */
  serviceKeys: readonly string[];
}

const isSame = (given: string, wanted: string) => isSameDigest(sha256Of(given), sha256Of(wanted));

/** @throws HttpError 401 or 403 for everybody else; a key of one account may not even learn a name of another's */
export function admitProject(context: AppContext, { apiKeys, serviceKeys }: ProjectAccess): void {
  const given = context.req.header("apikey") ?? "";
  if (serviceKeys.some((key) => isSame(given, key))) {
    context.get("logFields").key_id = "service";
    return;
  }
  requireAccount(admit(context, apiKeys, "admin"), null);
}

/** What cron calls: has the project's due work done, and answers how much of it there was. */
export function doDue(access: ProjectAccess, run: (requestId: string) => Promise<LogFields>): AppHandler {
  return async (context) => {
    admitProject(context, access);
    const requestId = context.get("requestId");
    const work = run(requestId);
    // Who asked may hang up, as cron does early: what was begun is finished.
    background(work);
    const done = await work.catch(() => {
      throw unavailable("the database does not answer: what is due stays so");
    });
    Object.assign(context.get("logFields"), done);
    return context.json({ ...done, request_id: requestId });
  };
}
