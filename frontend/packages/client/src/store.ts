/** A state that changes. `useSyncExternalStore` takes it as it is. */
export interface Store<State> {
  /**
   * Calls the listener after each change, until the returned function is called. The state is live while somebody
   * listens.
   */
  subscribe: (listener: () => void) => () => void;
  /** Returns the state: the same object until it changes. */
  getSnapshot: () => State;
  /** Returns what a server renders. */
  getServerSnapshot: () => State;
}

interface Source {
  start: () => void;
  stop: () => void;
}

/** Subscribers of a source that runs while there are any. */
export interface Subscribers {
  subscribe: Store<unknown>["subscribe"];
  notify: () => void;
}

export function createSubscribers(source: Source): Subscribers {
  const listeners = new Set<() => void>();
  let stopping: ReturnType<typeof setTimeout> | undefined;
  return {
    subscribe(listener) {
      // Each subscription counts, also of the same function.
      const own = () => listener();
      listeners.add(own);
      if (stopping === undefined && listeners.size === 1) source.start();
      clearTimeout(stopping);
      stopping = undefined;
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return;
        // One tick later, so that React's StrictMode, which subscribes twice, does not send two requests.
        stopping = setTimeout(() => {
          stopping = undefined;
          source.stop();
        });
      };
    },
    notify: () => [...listeners].forEach((listener) => listener()),
  };
}
