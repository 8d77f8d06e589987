import type { Check } from "./check.ts";
import { advisors } from "./checks/advisors.ts";
import { alertDeadline } from "./checks/alert-deadline.ts";
import { alertSources } from "./checks/alert-sources.ts";
import { apiKeys } from "./checks/api-keys.ts";
import { autoExpose } from "./checks/auto-expose.ts";
import { clockSkew } from "./checks/clock-skew.ts";
import { databaseSize } from "./checks/database-size.ts";
import { deployedAuth } from "./checks/deployed-auth.ts";
import { grants } from "./checks/grants.ts";
import { health } from "./checks/health.ts";
import { https } from "./checks/https.ts";
import { lockTimeout } from "./checks/lock-timeout.ts";
import { marksClock } from "./checks/marks-clock.ts";
import { migrations } from "./checks/migrations.ts";
import { notificationClock } from "./checks/notification-clock.ts";
import { postgresTls } from "./checks/postgres-tls.ts";
import { redisEviction } from "./checks/redis-eviction.ts";
import { redisReachable } from "./checks/redis-reachable.ts";
import { redisTls } from "./checks/redis-tls.ts";
import { retentionClock } from "./checks/retention-clock.ts";
import { rowSecurity } from "./checks/row-security.ts";
import { secretLength } from "./checks/secret-length.ts";
import { secretStrength } from "./checks/secret-strength.ts";
import { signUp } from "./checks/sign-up.ts";
import { statementTimeout } from "./checks/statement-timeout.ts";
import { verifyJwt } from "./checks/verify-jwt.ts";

/** The production checklist, in the order in which it is read. */
export const checks: readonly Check[] = [
  secretLength,
  secretStrength,
  apiKeys,
  https,
  postgresTls,
  redisTls,
  verifyJwt,
  deployedAuth,
  alertSources,
  autoExpose,
  signUp,
  migrations,
  grants,
  rowSecurity,
  advisors,
  statementTimeout,
  lockTimeout,
  alertDeadline,
  redisReachable,
  redisEviction,
  clockSkew,
  notificationClock,
  marksClock,
  retentionClock,
  databaseSize,
  health,
];
