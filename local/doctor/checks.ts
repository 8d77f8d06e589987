import type { Checks } from "./check.ts";
import { access } from "./checks/access.ts";
import { database } from "./checks/database.ts";
import { keys } from "./checks/keys.ts";
import { redis } from "./checks/redis.ts";
import { upkeep } from "./checks/upkeep.ts";

/** The production checklist, in the order in which it is read. */
export const checks: Checks = { ...keys, ...access, ...database, ...redis, ...upkeep };
