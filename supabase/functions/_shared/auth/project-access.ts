import { isSameDigest, sha256Of } from "../hashing/digest.ts";
import type { AppContext } from "../http/app.ts";
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
