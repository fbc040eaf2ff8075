// What must compile, and what must not. The compiler checks this file; nothing runs it.
import type { ApiError, ConnectionState, Item, PluggyClient, Visibility, WidgetError } from "@pluggy-lambda/client";
import { createPluggyClient, describe } from "@pluggy-lambda/client";
import { openWidget } from "@pluggy-lambda/client";
import { ConnectButton, PluggyProvider, useConnect, useConnection, useConnections } from "@pluggy-lambda/react";
import { appVisibility, ConnectScreen } from "@pluggy-lambda/react/native";
import * as sdk from "pluggy-connect-sdk";
import { PluggyConnect } from "pluggy-connect-sdk";
import { PluggyConnect as NativePluggyConnect } from "react-native-pluggy-connect";
import { expectTypeOf } from "vitest";

declare const client: PluggyClient;
declare const item: Item;

// A client.
createPluggyClient({ baseUrl: "/api", userToken: () => "token" });
createPluggyClient({ baseUrl: "/api", userToken: async ({ renew }) => `${renew}`, language: () => "en" });
createPluggyClient({ baseUrl: "/api" });
// @ts-expect-error: without an address there is no client.
createPluggyClient({ userToken: () => "token" });
// @ts-expect-error: the API has two languages.
createPluggyClient({ baseUrl: "/api", language: "es" });

// A token for the widget: what the API returns suits every package of the widget.
const options = await client.createConnectToken(item.nextAction.connectToken ?? { profile: "web" });
new PluggyConnect(options);
<NativePluggyConnect {...options} />;
// @ts-expect-error: who the user is cannot be said.
await client.createConnectToken({ clientUserId: "somebody" });
expectTypeOf(await client.update("the-item")).toEqualTypeOf(options);

// Pluggy's SDK is one that can be opened.
openWidget(client, () => Promise.resolve(sdk), {
  onError: (error) => expectTypeOf(error).toEqualTypeOf<ApiError | WidgetError>(),
});

// The state of a connection: the status says what else there is.
function showState(state: ConnectionState): void {
  if (state.status === "loaded") expectTypeOf(state.item).toEqualTypeOf<Item>();
  if (state.status === "failed") expectTypeOf(state.error).toEqualTypeOf<ApiError>();
  if (state.status === "gone") expectTypeOf(state.item).toEqualTypeOf<undefined>();
}
showState(useConnection("the-item") as ConnectionState);
expectTypeOf(useConnection(null).status).toEqualTypeOf<"idle" | "loading" | "loaded" | "gone" | "failed">();
expectTypeOf(useConnections().items).toEqualTypeOf<readonly Item[]>();
// @ts-expect-error: the list is shared.
useConnections().items.push(item);

// What to show. A button's request goes to the widget as it is.
const { button, link } = describe(item, "en");
const { open, status } = useConnect({
  request: { profile: "web" },
  onItem: (itemId) => expectTypeOf(itemId).toBeString(),
});
if (button) open(button.request);
expectTypeOf(link?.href).toEqualTypeOf<string | undefined>();
expectTypeOf(status).toEqualTypeOf<"idle" | "opening" | "open" | "hidden" | "failed">();
// @ts-expect-error: a click is no request.
<button onClick={open} />;

// Components.
<PluggyProvider client={client}>
  <ConnectButton request={{ profile: "web" }} onItem={console.log} className="primary" disabled />
  <ConnectButton>
    <button>Connect</button>
  </ConnectButton>
  <ConnectScreen request={{ profile: "mobile" }} onClose={() => {}} fallback={<p>…</p>} />
</PluggyProvider>;
// @ts-expect-error: a provider needs a client.
<PluggyProvider />;
// @ts-expect-error: a screen is no button.
<ConnectScreen className="primary" />;

// React Native's AppState, as its declarations describe it.
declare const AppState: {
  currentState: "active" | "background" | "inactive" | "unknown" | "extension";
  addEventListener(
    type: "change" | "memoryWarning" | "blur" | "focus",
    listener: (state: string) => void,
  ): { remove: () => void };
};
expectTypeOf(appVisibility(AppState)).toEqualTypeOf<Visibility>();
