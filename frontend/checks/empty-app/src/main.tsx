import { createPluggyClient, describe, openWidget } from "@pluggy-lambda/client";
import { ConnectButton, PluggyProvider, useConnections } from "@pluggy-lambda/react";
import { appVisibility, ConnectScreen } from "@pluggy-lambda/react/native";
import { createRoot } from "react-dom/client";

const client = createPluggyClient({ baseUrl: "https://api.example.com", userToken: async () => "user-token" });

// Both packages know the same client.
function Connections() {
  return useConnections().items.map((item) => <p key={item.itemId}>{describe(item).message}</p>);
}

createRoot(document.body).render(
  <PluggyProvider client={client}>
    <Connections />
    <ConnectButton onItem={(itemId) => client.connection(itemId)} onClose={undefined} />
  </PluggyProvider>,
);

// Compiled alone: this app is for a browser.
export type Screen = typeof ConnectScreen | typeof appVisibility | typeof openWidget;
