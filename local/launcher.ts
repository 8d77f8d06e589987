import { basename } from "node:path";

const pollMs = 1_000;

/**
 * Calls `onEnd` once when one of the commands that launched this process is gone: `npx`, its shell, `deno task`.
 * They forward Ctrl-C, but one that is killed takes nobody with it, and the stack would stay without an owner.
 * Does nothing where there is no /proc.
 */
export function launcherEnded(onEnd: () => void): void {
  const launchers = launcherPids();
  const timer = setInterval(() => {
    if (launchers.every(isAlive)) return;
    clearInterval(timer);
    onEnd();
  }, pollMs);
  Deno.unrefTimer(timer);
}

/** The chain of parents, as far as each is a launcher of the next. */
function launcherPids(): number[] {
  const pids: number[] = [];
  for (let pid = Deno.ppid; isLauncher(pid); pid = parentOf(pid)) pids.push(pid);
  return pids;
}

function isLauncher(pid: number): boolean {
  const [program = "", ...args] = readProc(pid, "cmdline").split("\0");
  const name = basename(program);
  if (name === "deno") return true;
  if (name === "node") return args.some((arg) => /deno/.test(arg));
  if (/^(sh|bash|dash)$/.test(name)) {
    return args[0] === "-c" && /^["']?[^ ]*deno\b/.test(args[1] ?? "");
  }
  // npm renames its process to its command line.
  return /^(npm|npx) .*deno/.test(program);
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)/m.exec(readProc(pid, "status"))?.[1] ?? 0);
}

function isAlive(pid: number): boolean {
  const state = /^State:\s*(\S)/m.exec(readProc(pid, "status"))?.[1];
  return state !== undefined && state !== "Z";
}

function readProc(pid: number, file: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${file}`);
  } catch {
    return "";
  }
}
