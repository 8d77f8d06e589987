/** `deno run -A local/deploy/bundle.ts <index.ts of a function> <file>`: writes it as one file. */
import { dirname, join } from "node:path";
import { runCommand } from "../command.ts";
import { inRepository, repositoryRoot, temporaryDirectory } from "../paths.ts";

/** What stands in for the parts of supabase-js that call no RPC. */
const STAND_INS = "local/deploy/left-out.json";

/** Where the functions' one client is made, which only calls. */
const CALLER = "/_shared/database/client.ts";

/**
 * A function and all that it imports as one file. It is bundled twice, as Deno replaces no import within a package: first
 * the parts of supabase-js that call no RPC stay open, then their stand-ins are put there.
 *
 * @param entry path of its `index.ts` in this checkout
 */
export async function bundle(entry: string): Promise<Uint8Array<ArrayBuffer>> {
  if (await makesClients(entry)) return await deno("bundle", "--quiet", "--minify", entry);
  const { imports } = JSON.parse(await Deno.readTextFile(inRepository(STAND_INS)));
  const parts = Object.keys(imports).map((part) => `--external=${part}`);
  await using directory = await temporaryDirectory();
  const open = join(directory.path, "open.js");
  await Deno.writeFile(open, await deno("bundle", "--quiet", ...parts, entry));
  return await deno("bundle", "--quiet", "--minify", "--no-config", "--import-map", STAND_INS, open);
}

interface Module {
  specifier: string;
  dependencies?: { specifier: string; code?: unknown }[];
}

/** Whether a function makes a client of its own, by which it may do anything. */
async function makesClients(entry: string): Promise<boolean> {
  const listed = new TextDecoder().decode(await deno("info", "--json", entry));
  const { modules } = JSON.parse(listed) as { modules: Module[] };
  return modules.some(({ specifier: module, dependencies = [] }) =>
    !module.endsWith(CALLER) &&
    dependencies.some(({ specifier, code }) =>
      code !== undefined && specifier.includes("@supabase/supabase-js")
    )
  );
}

async function deno(...args: string[]): Promise<Uint8Array<ArrayBuffer>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: repositoryRoot })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return stdout;
}

if (import.meta.main) {
  await runCommand(async ([entry = "", file = ""]) => {
    const code = await bundle(entry);
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeFile(file, code);
  });
}
