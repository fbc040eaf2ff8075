import {
  appVisibility,
  type ConnectTokenRequest,
  createPluggyClient,
  PluggyProvider,
} from "@pluggy-lambda/react/native";
import { useState } from "react";
import { AppState, SafeAreaView } from "react-native";

import { ConnectBank } from "./ConnectBank";
import { Connections } from "./Connections";
import { userToken } from "./user-token";

// #region client
const client = createPluggyClient({
  baseUrl: process.env.EXPO_PUBLIC_API_URL ?? "",
  userToken,
  // Not every platform says which languages its user prefers.
  language: "pt",
  visibility: appVisibility(AppState),
});
// #endregion

export function App() {
  /** What the widget is opened for; undefined while it is not. */
  const [request, setRequest] = useState<ConnectTokenRequest>();
  return (
    <PluggyProvider client={client}>
      <SafeAreaView style={{ flex: 1 }}>
        {request ? (
          <ConnectBank request={request} onDone={() => setRequest(undefined)} />
        ) : (
          <Connections onConnect={(request = {}) => setRequest(request)} />
        )}
      </SafeAreaView>
    </PluggyProvider>
  );
}
