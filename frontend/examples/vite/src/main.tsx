import { createPluggyClient, PluggyProvider } from "@pluggy-lambda/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { Connections } from "./Connections";
import { userToken } from "./user-token";

// #region provider
// One client for one user: make another one when another user signs in.
const client = createPluggyClient({ baseUrl: import.meta.env.VITE_API_URL, userToken });

createRoot(document.getElementById("app")!).render(
  <StrictMode>
    <PluggyProvider client={client}>
      <Connections />
    </PluggyProvider>
  </StrictMode>,
);
// #endregion
