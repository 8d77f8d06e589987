const WIDTH = 40;
const encoder = new TextEncoder();
const write = (text: string) => Deno.stderr.writeSync(encoder.encode(text));

/** A bar on standard error, of `total` steps, that is drawn over itself; without a terminal a line at every tenth. */
export function createProgress(total: number) {
  const terminal = Deno.stderr.isTerminal();
  const steps = terminal ? 200 : 10;
  let drawn = 0;
  return {
    show(done: number) {
      const step = Math.floor(steps * done / total);
      if (step === drawn) return;
      drawn = step;
      const filled = Math.round(WIDTH * done / total);
      const bar = `[${"█".repeat(filled)}${"·".repeat(WIDTH - filled)}] ${Math.floor(100 * done / total)} %`;
      write(terminal ? `\r${bar} ` : `${bar}\n`);
    },
    end() {
      if (terminal) write("\n");
    },
  };
}
