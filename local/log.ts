/** Where finished lines go, without a line end. */
export type Sink = (line: string) => void;

/** Output of the stack: steps of the start, and the lines of every part with its name before them. */
export type Log = ReturnType<typeof createLog>;

const encoder = new TextEncoder();

/** Writes to standard error, in whole lines. The one place of the stack that does. */
export const standardError: Sink = (line) => {
  const bytes = encoder.encode(`${line}\n`);
  let written = 0;
  while (written < bytes.length) written += Deno.stderr.writeSync(bytes.subarray(written));
};

export function createLog(sink: Sink) {
  return {
    /** One line of a part: `[postgres] …`. */
    part: (name: string, text: string) => sink(`[${name}] ${text}`),
    /** One line of the stack itself. */
    say: sink,
    /** Runs `work` and reports it as a step with its duration; a failed step is reported as such and rethrown. */
    async step<T>(title: string, work: () => Promise<T>): Promise<T> {
      const started = performance.now();
      try {
        const result = await work();
        sink(stepLine("✓", title, started));
        return result;
      } catch (error) {
        sink(stepLine("✗", title, started));
        throw error;
      }
    },
  };
}

function stepLine(mark: string, title: string, started: number): string {
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  return `${mark} ${title.padEnd(64)} ${seconds.padStart(6)} s`;
}

/** Calls `onLine` for each line of a byte stream, until it ends. */
export async function forEachLine(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  }
  if (rest !== "") onLine(rest);
}
