import { join } from "node:path";
import { cliPackage } from "../supabase-cli.ts";

/** One command of a deploy; each may be repeated without harm. */
export interface Step {
  /** What it is for, in a few words. */
  title: string;
  program: "supabase" | "deno";
  args: string[];
  /** Added to its environment. */
  env?: Readonly<Record<string, string>>;
  /** What to do when it fails. */
  advice: string;
}

/** Where the functions of a project are. */
export const urlOf = (projectRef: string): string => `https://${projectRef}.supabase.co`;

export const link = (projectRef: string): Step => ({
  title: "Link this checkout to the project",
  program: "supabase",
  args: ["link", "--project-ref", projectRef],
  advice: "Sign in with npx supabase login, or set SUPABASE_ACCESS_TOKEN; then run it again.",
});

/** It comes before the functions: one that runs never lacks its migration. */
export const migrate: Step = {
  title: "Bring the database to the newest migration",
  program: "supabase",
  args: ["db", "push", "--remote"],
  advice: "Nothing after the failed migration was applied: correct it and run it again.",
};

/** What the CLI says when it did not get as far as the database or the platform. */
const UNREACHED =
  /IPv6 is not supported|failed to connect|connection (refused|reset|timed? ?out)|i\/o timeout|no such host|getaddrinfo|E(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|HOSTUNREACH)\b/i;

/** Whether a step failed on its way to the database or the platform. */
export const isUnreached = (messages: string): boolean => UNREACHED.test(messages);

/** Whether it speaks to the database: of one that failed on its way there, nothing was done. */
export const isOfDatabase = ({ args }: Step): boolean => args[0] === "db";

/** Asks whether the project has settings that this checkout does not know, which must not be replaced. */
export const listSettings: Step = {
  title: "See whether the project has settings already",
  program: "supabase",
  args: ["secrets", "list", "-o", "json"],
  advice: "Run it again.",
};

/** Asks what the platform holds now: digests of values, never those. */
export const compareSettings: Step = {
  ...listSettings,
  title: "Compare the settings with those that the project has",
};

/** @param file holds the settings while it runs */
export const setSettings = (file: string): Step => ({
  title: "Set the functions' settings",
  program: "supabase",
  args: ["secrets", "set", "--env-file", file],
  advice:
    "Names that begin with SUPABASE_ are the platform's: take them out of the file. Without any, run it again.",
});

/** A function as one file in a directory like a checkout: it starts in half of the time. */
export const bundle = (name: string, directory: string): Step => ({
  title: `Bundle the function ${name}`,
  program: "deno",
  args: ["run", "-A", "local/deploy/bundle.ts", functionPath(name), join(directory, functionPath(name))],
  advice: "See what it says above: the function does not compile, or a package cannot be had.",
});

const functionPath = (name: string): string => join("supabase", "functions", name, "index.ts");

/** @param directory has the bundles, and the configuration that says who may call them */
export const deployFunctions = (projectRef: string, directory: string): Step => ({
  title: "Deploy the functions: no Docker",
  program: "supabase",
  args: ["functions", "deploy", "--use-api", "--workdir", directory, `--remote=${projectRef}`],
  advice: "Those named above were deployed; run it again for the rest.",
});

/** Its answer holds the project's secret keys: it is never shown. */
export const readKeys: Step = {
  title: "Read the project's secret key",
  program: "supabase",
  args: ["projects", "api-keys", "--reveal", "-o", "json"],
  advice: "The access token must be allowed to read API keys.",
};

/** @param file holds one statement while it runs */
export const startClock = (file: string): Step => ({
  title: "Start the clock that fetches live marks, retries notifications and sends daily summaries",
  program: "supabase",
  args: ["db", "query", "--remote", "--file", file],
  advice: "Turn pg_cron and pg_net on under Database > Extensions, and run it again.",
});

/** @param settings what the functions were given, as far as it is known here: what is not known is not checked */
export const check = (projectRef: string, settings: Readonly<Record<string, string>> = {}): Step => ({
  title: "Check what is deployed",
  program: "deno",
  args: ["task", "doctor", "--remote", "--url", urlOf(projectRef)],
  env: settings,
  advice: "All is deployed; the checks above say what is not right yet.",
});

/** A step as one would type it. */
export const commandLine = ({ program, args }: Step): string =>
  program === "supabase" ? `npx -y ${cliPackage} ${args.join(" ")} --yes` : `npx -y deno ${args.join(" ")}`;
