import type { PluggyClient } from "@pluggy-lambda/client";
import { createContext, type ReactElement, type ReactNode, useContext } from "react";

const ClientContext = createContext<PluggyClient | undefined>(undefined);

export interface PluggyProviderProps {
  client: PluggyClient;
  children?: ReactNode;
}

/**
 * Gives the client of the signed-in user to the hooks below. Keep the client between renders: `useMemo`, by the user.
 */
export function PluggyProvider({ client, children }: PluggyProviderProps): ReactElement {
  return <ClientContext.Provider value={client}>{children}</ClientContext.Provider>;
}

/** Returns the client of the provider. */
export function usePluggyClient(): PluggyClient {
  const client = useContext(ClientContext);
  if (!client) throw new Error("There is no <PluggyProvider> above this component");
  return client;
}
