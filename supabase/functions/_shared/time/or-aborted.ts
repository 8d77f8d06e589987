/** What `work` comes to, or the signal's reason as soon as it is aborted; what comes later is given to `onLate`. */
export function orAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  onLate: (late: T) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(
      (value) => signal.aborted ? onLate(value) : resolve(value),
      reject,
    ).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
