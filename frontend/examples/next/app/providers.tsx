"use client";

import { createPluggyClient, PluggyProvider } from "@pluggy-lambda/react";
import { type ReactNode, useState } from "react";

/** Gives the client to the pages. The server renders them, too, and fetches nothing. */
export function Providers({ children }: { children: ReactNode }) {
  // The route handler adds the user's token, so there is no `userToken` here.
  const [client] = useState(() => createPluggyClient({ baseUrl: "/api/pluggy" }));
  return <PluggyProvider client={client}>{children}</PluggyProvider>;
}
