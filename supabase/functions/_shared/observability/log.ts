/** What a log line may hold: plain facts. No request body, header or query ever comes here. */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Writes one JSON line an event. */
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

const LEVELS: readonly string[] = ["debug", "info", "warn", "error", "silent"];

/** Anything that looks like one of our keys, should it ever reach a line. */
const KEY = /sa_[\w.-]{16,}|sb_secret_\w+/g;

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
  // deno-lint-ignore no-console -- the one place that writes to the runtime's log
  sink: (line: string) => void = (line) => console.log(line),
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
