import { orAborted } from "./or-aborted.ts";

/** Resolves after so many milliseconds; rejects with the signal's reason when that is aborted first. */
export async function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  await (signal === undefined ? over : orAborted(over, signal)).finally(() => clearTimeout(timer));
}
