import type { ConnectionState, Store } from "@pluggy-lambda/client";
import { useSyncExternalStore } from "react";

import { usePluggyClient } from "./provider.tsx";

/** There is no item to ask for yet. */
export interface NoConnection {
  status: "idle";
  item: undefined;
  error: undefined;
}

const NONE: NoConnection = { status: "idle", item: undefined, error: undefined };
const NO_STORE: Store<NoConnection> = {
  subscribe: () => () => {},
  getSnapshot: () => NONE,
  getServerSnapshot: () => NONE,
};

/** Returns the live state of a connection, while the component is shown. Without an id it is `idle`. */
export function useConnection(itemId: string | null | undefined): ConnectionState | NoConnection {
  const client = usePluggyClient();
  const store: Store<ConnectionState | NoConnection> = itemId ? client.connection(itemId) : NO_STORE;
  return useSyncExternalStore(store.subscribe, store.getSnapshot, store.getServerSnapshot);
}
