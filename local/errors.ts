/** A failure with a known way out. Shown as two lines: what happened, and what to do about it. */
export class StackError extends Error {
  /**
   * @param message what happened, in one sentence
   * @param advice what the reader can do, in one sentence
   */
  constructor(message: string, readonly advice: string) {
    super(message);
    this.name = "StackError";
  }
}

/** A command line that a command cannot take. The command ends with 2. */
export class UsageError extends StackError {
  /**
   * @param message what is wrong with it, in one sentence
   * @param usage the text of the command's `--help`; its first line is shown
   */
  constructor(message: string, usage: string) {
    const [line = "", ...more] = usage.split("\n");
    super(message, `Usage: npx -y ${line}${more.length > 0 ? "; --help says more" : ""}`);
    this.name = "UsageError";
  }
}

/** Any thrown value as one line of text. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
