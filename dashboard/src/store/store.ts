import { useLayoutEffect, useState } from "preact/hooks";

/** A value that changes over time, and who is told of it. */
export interface Store<State> {
  get(): State;
  /** Replaces fields; those who listen are told when one differs. */
  set(changes: Partial<State>): void;
  subscribe(listener: () => void): () => void;
}

/** A store that begins with this state. */
export function createStore<State extends object>(initial: State): Store<State> {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set: (changes) => {
      const keys = Object.keys(changes) as (keyof State)[];
      if (keys.every((key) => Object.is(state[key], changes[key]))) return;
      state = { ...state, ...changes };
      for (const listener of [...listeners]) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** What `select` finds in a store, drawn again whenever that changes. */
export function useStore<State, Selected>(
  store: Store<State>,
  select: (state: State) => Selected,
): Selected {
  const [, redraw] = useState<Selected>();
  const selected = select(store.get());
  useLayoutEffect(() => store.subscribe(() => redraw(() => select(store.get()))), [store]);
  return selected;
}
