/** A test that failed, and the first lines of why. */
export interface Failure {
  name: string;
  reason: string[];
}

/** Lines of a reason that are told again. */
const MOST_LINES = 8;
/** Characters of each of them. */
const LONGEST_LINE = 300;

// deno-lint-ignore no-control-regex
const COLORS = /\x1b\[[0-9;]*m/g;
/** How Deno begins a failure: by the place of the test, or of the file when the error belonged to none. */
const HEADING = /^(.+ => \S+:\d+:\d+|\S+ \(uncaught error\))$/;

/** What failed in a run, as the section of errors at the end of what `deno test` prints has it. */
export function failuresIn(output: string): Failure[] {
  const lines = output.replaceAll(COLORS, "").split("\n");
  const [begin, end] = [lines.lastIndexOf(" ERRORS "), lines.lastIndexOf(" FAILURES ")];
  if (begin === -1) return [];
  const failures: Failure[] = [];
  for (const line of lines.slice(begin + 1, end === -1 ? undefined : end)) {
    if (HEADING.test(line)) failures.push({ name: line, reason: [] });
    else failures.at(-1)?.reason.push(line);
  }
  return failures.map(({ name, reason }) => ({ name, reason: firstLines(reason) }));
}

/** The first lines of a message: without the line of source that Deno shows, a mark below it, and the stack. */
function firstLines(reason: readonly string[]): string[] {
  const mark = reason.findIndex((line) => /^\s*\^$/.test(line)) - 1;
  const stack = reason.findIndex((line) => /^ {4}at /.test(line));
  const end = Math.min(...[mark, stack].filter((index) => index >= 0), reason.length);
  return reason.slice(0, end)
    .filter((line) => line.trim() !== "")
    .slice(0, MOST_LINES)
    .map((line) => line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)} …` : line);
}
