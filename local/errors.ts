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

/** Any thrown value as one line of text. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
