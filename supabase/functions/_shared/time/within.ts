/** Turns of the microtask queue in which what has arrived already is handed over: Deno 2.9 needs two, 2.1 three. */
const TURNS = 8;

/** What `work` comes to, or null when that takes longer. A timer is set only for what is not there already. */
export async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | null> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  work.then(over, over);
  for (let turn = 0; turn < TURNS && !isOver; turn++) await null;
  if (isOver) return await work;
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, milliseconds, null);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
