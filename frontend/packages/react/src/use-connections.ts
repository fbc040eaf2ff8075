import type { ConnectionsState } from "@pluggy-lambda/client";
import { useSyncExternalStore } from "react";

import { usePluggyClient } from "./provider.tsx";

/** Returns the live list of the user's connections, while the component is shown. */
export function useConnections(): ConnectionsState {
  const store = usePluggyClient().connections();
  return useSyncExternalStore(store.subscribe, store.getSnapshot, store.getServerSnapshot);
}
