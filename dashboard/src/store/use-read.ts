import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { type Read, Reader } from "./reader.ts";

/**
 * Reads for a view, and reads again when `key` (the question) or `version` (the state of the account) changes. While another
 * question is answered the view keeps what it had, marked `stale`.
 *
 * @param takeFirst an answer to the first question that is on its way already, if it is
 */
export function useRead<T>(
  key: string,
  version: number,
  read: () => Promise<T>,
  takeFirst: () => Promise<T> | null = () => null,
): Read<T> & { stale: boolean } {
  const [last, setLast] = useState<Read<T>>({ data: null, error: null, key: null });
  const [reader] = useState(() => new Reader<T>(setLast, takeFirst()));
  useEffect(() => () => reader.stop(), [reader]);
  // Asked before the view is painted, not after: the answer is what there is to see.
  useLayoutEffect(() => reader.ask(key, read), [key]);
  useEffect(() => {
    if (last.key === key) reader.changed();
  }, [version]);
  return { ...last, stale: last.key !== key };
}
