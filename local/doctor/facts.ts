import type { Grants } from "../grants.ts";

/** All that the checks judge, gathered at one moment. Where something could not be asked: why. */
export interface Facts {
  /** A stack of `deno task start`, rather than a deployed project. */
  isLocal: boolean;
  /** The functions' variables: their own `.env`, or for a deployed project this process's environment. */
  env: Readonly<Record<string, string | undefined>>;
  config: ConfigFacts;
  /** URL of the database as it was given; null without one. */
  dbUrl: string | null;
  /** Null: no URL to ask by. */
  database: DatabaseFacts | Unknown | null;
  /** Null: no URL to ask by. */
  redis: RedisFacts | Unknown | null;
  functions: HttpFacts;
}

export interface Unknown {
  ok: false;
  reason: string;
}

/** `supabase/config.toml`, and the functions and migrations beside it. */
export interface ConfigFacts {
  /** Names of the functions in the checkout. */
  functions: string[];
  /** `verify_jwt` by function, where the file says something. */
  verifyJwt: Record<string, boolean>;
  autoExposeNewTables: boolean | null;
  /** Whether anybody can make themselves a user. */
  signUp: boolean | null;
  /** Version of the newest migration file. */
  newestMigration: string | null;
  /** What the roles are meant to reach. */
  grants: Grants;
}

export interface DatabaseFacts {
  ok: true;
  /** Whether this connection is encrypted. */
  tls: boolean;
  /** Milliseconds by which the database's clock is ahead of this machine's. */
  clockAheadMs: number;
  /** Version of the newest migration applied; null when there is none. */
  newestMigration: string | null;
  /** Settings by role, such as `authenticated` to `{ statement_timeout: "8s" }`. */
  roleSettings: Record<string, Record<string, string>>;
  /** Settings of the functions in `public`, by name. */
  functionSettings: Record<string, Record<string, string>>;
  grants: Grants;
  /** Tables of the project without row security. */
  openTables: string[];
  /** Null: no pg_cron. */
  cron: CronFacts | null;
  /** Days since an account was last found to have nothing left to compact; null without accounts. */
  daysSinceCompaction: number | null;
  /** The whole database, and by how much it grew a day in the last week. */
  bytes: number;
  bytesPerDay: number;
  /** Days since the last alert; null when there never was one. */
  daysSinceAlert: number | null;
  /** Warnings of `supabase db advisors`, or why it gave none. */
  advisors: { ok: true; warnings: string[] } | Unknown;
}

/** What pg_cron does, and has. */
export interface CronFacts {
  /** Its jobs by name; null: switched off. */
  jobs: Record<string, JobFacts | null | undefined>;
  /** pg_net is there: a job can call a function. */
  net: boolean;
  /** The vault has the project's URL and key. */
  secrets: boolean;
  /** The last call was refused, as with a key that the project had before. */
  refused: boolean;
}

export interface JobFacts {
  /** Null: it never ran, or not in the days of which pg_cron's list of runs is kept. */
  lastRun: { ok: boolean; minutesAgo: number } | null;
}

export interface RedisFacts {
  ok: true;
  milliseconds: number;
  /** `maxmemory-policy`; null when Redis does not tell, as Upstash's does not. */
  policy: string | null;
  /** `maxmemory` in bytes, 0 for no limit; null when Redis does not tell. */
  maxMemory: number | null;
}

/** What the functions answer to somebody without a key. */
export interface HttpFacts {
  url: string;
  /** Status of each request; null: no answer. */
  live: Answer | null;
  ready: Answer | null;
  /** An alert without a key. */
  keyless: Answer | null;
  /** The same, where it claims in a header to come from an address of `ALLOWED_ALERT_IPS`; null without such a list, too. */
  claimed: Answer | null;
}

export interface Answer {
  status: number;
  /** `error.code` of our error answers; null for another shape. */
  code: string | null;
  /** The address that the function saw, which it says to whom it refuses for it. */
  address: string | null;
  /** Names of components that `health/ready` calls down. */
  down: string[];
  /** Milliseconds by which the answer's Date is ahead of this machine's clock; it has whole seconds. Null without one. */
  clockAheadMs: number | null;
}
