// TERM ends everything but a Postgres with clients, INT makes that one disconnect them, KILL is for the rest.
const guardScript = `
while read -r line; do pids=$line; done
[ -n "$pids" ] || exit 0
kill -TERM $pids 2>/dev/null; sleep 1
kill -INT $pids 2>/dev/null; sleep 4
kill -KILL $pids 2>/dev/null
exit 0
`;

/**
 * Ends the processes of a stack whose own process was killed without a chance to do so.
 *
 * A small shell process holds one end of a pipe. It learns every process id through it, and when the pipe
 * closes, which the kernel does however the stack ended, it ends the ones still named.
 */
export class OrphanGuard {
  readonly #pids = new Set<number>();
  readonly #child = new Deno.Command("sh", {
    args: ["-c", guardScript],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    // A session of its own: Ctrl-C in the terminal must not reach the guard before it is needed.
    detached: true,
  }).spawn();
  readonly #writer = this.#child.stdin.getWriter();

  /** From now on `pid` is ended when the stack is gone. */
  add(pid: number): void {
    this.#pids.add(pid);
    this.#tell();
  }

  /** `pid` has ended by itself. */
  remove(pid: number): void {
    this.#pids.delete(pid);
    this.#tell();
  }

  /** Ends the guard, and whatever it still watches. */
  async close(): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#child.status;
  }

  #tell(): void {
    const line = `${[...this.#pids].join(" ")}\n`;
    // A guard that was killed is no reason to fail: it only matters after us.
    this.#writer.write(new TextEncoder().encode(line)).catch(() => {});
  }
}
