/** What a log line may hold: plain facts. No request body, header or query ever comes here. */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Writes one JSON line an event. */
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

const LEVELS: readonly string[] = ["debug", "info", "warn", "error", "silent"];

/** Anything that looks like one of our keys, should it ever reach a line. */
const KEY = /sa_[\w.-]{16,}|sb_secret_[\w-]+/g;

// deno-lint-ignore no-console -- the one place that writes to the runtime's log
const print = (text: string): void => console.log(text);

/** Lines of this turn. */
let lines: string[] = [];

/**
 * Writes the lines of one turn at once: the answers of a batch leave together, and to write each line of theirs by itself,
 * and read it from the pipe, took about 50 microseconds. Not in the hosted runtime, where each call is an entry of the log.
 */
function printTogether(line: string): void {
  if (lines.push(line) > 1) return;
  queueMicrotask(() => {
    print(lines.join("\n"));
    lines = [];
  });
}

const runtimeLog = "EdgeRuntime" in globalThis ? print : printTogether;

/**
 * A logger for one function.
 *
 * @param level lines below it are dropped
 * @param bound fields that every line has, such as the function's name
 * @param sink receives each line; the runtime's own log by default
 */
export function createLog(
  level: LogLevel | "silent",
  bound: LogFields = {},
  sink: (line: string) => void = runtimeLog,
): Log {
  return (lineLevel, message, fields = {}) => {
    if (LEVELS.indexOf(lineLevel) < LEVELS.indexOf(level)) return;
    const line = JSON.stringify({
      time: new Date().toISOString(),
      level: lineLevel,
      message,
      ...bound,
      ...fields,
    });
    sink(line.replace(KEY, "[key]"));
  };
}
