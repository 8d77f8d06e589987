/** The parts of a stack that an alert passes, and how their processes are known by their command. */
const PARTS: readonly (readonly [name: string, command: RegExp])[] = [
  ["gateway", /\blocal\/start\.ts\b/],
  ["functions", /\bdeno serve\b/],
  ["PostgREST", /(^|\/)postgrest\b/],
  ["Postgres", /(^|\/)postgres\b/],
  ["Redis", /(^|\/)redis-server\b/],
];

/** Nanoseconds of CPU that each process of a stack has had, and the part it belongs to. */
export type CpuTimes = ReadonlyMap<number, { part: string; nanoseconds: number }>;

/**
 * What the operating system has counted for a process and all below it. The scheduler's own counters, of every thread: they
 * hold what a process ran, whatever else the machine did, where a clock on the wall also holds what it waited.
 */
export function cpuTimes(root: number): CpuTimes {
  const parents = new Map<number, number>();
  for (const { name } of Deno.readDirSync("/proc")) {
    const parent = /^PPid:\s*(\d+)/m.exec(read(`/proc/${name}/status`))?.[1];
    if (/^\d+$/.test(name) && parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || isBelow(parents.get(pid)));
  const times = new Map<number, { part: string; nanoseconds: number }>();
  for (const pid of [...parents.keys()].filter(isBelow)) {
    const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
    const part = PARTS.find(([, pattern]) => pattern.test(command))?.[0];
    if (part !== undefined) times.set(pid, { part, nanoseconds: nanosecondsOf(pid) });
  }
  return times;
}

/** What each part had in between. */
export function spent(before: CpuTimes, after: CpuTimes): Record<string, number> {
  const sums = Object.fromEntries(PARTS.map(([name]) => [name, 0]));
  for (const [pid, { part, nanoseconds }] of after) {
    sums[part] = (sums[part] ?? 0) + nanoseconds - (before.get(pid)?.nanoseconds ?? 0);
  }
  return sums;
}

/** Nanoseconds of CPU that a process has had, in all of its threads. */
export function nanosecondsOf(pid: number): number {
  let sum = 0;
  try {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      sum += Number(read(`/proc/${pid}/task/${name}/schedstat`).split(" ")[0]);
    }
  } catch {
    // It ended a moment ago.
  }
  return sum;
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
