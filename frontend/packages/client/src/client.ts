import { type ConnectionState, createConnection, type Live } from "./connection.ts";
import { type ConnectionsState, createConnections } from "./connections.ts";
import { isApiError } from "./errors.ts";
import { createSend, type HttpOptions } from "./http.ts";
import { createItemCache } from "./item-cache.ts";
import { readEvent } from "./relay.ts";
import type { ConnectTokenRequest, WidgetOptions } from "./schemas.ts";
import type { Store } from "./store.ts";
import { tabVisibility, type Visibility } from "./visibility.ts";

export interface PluggyClientOptions extends HttpOptions {
  /**
   * Whether the user sees the app; by default whether the tab is visible. `appVisibility` of
   * `@pluggy-lambda/react/native` is for phones.
   */
  visibility?: Visibility;
}

/** The API, for one signed-in user. Create another client when another user signs in. */
export interface PluggyClient {
  readonly language: PluggyClientOptions["language"];
  /** Returns the options to open the widget with, once. Rejects with an `ApiError`. */
  createConnectToken: (request?: ConnectTokenRequest) => Promise<WidgetOptions>;
  /** Returns the options to open the widget with, to update an item. Rejects with an `ApiError`. */
  update: (itemId: string, request?: ConnectTokenRequest) => Promise<WidgetOptions>;
  /** Reports an event of the widget to the backend. Nothing depends on its delivery, and it never throws. */
  relay: (event: unknown) => void;
  /** Returns the live state of an item: the same store for the same id. */
  connection: (itemId: string) => Store<ConnectionState>;
  /** Returns the live list of the user's connections, those included that a closed tab left. */
  connections: () => Store<ConnectionsState>;
  /** Fetches what somebody shows, now and for two minutes: there may be news of an item, or of any. */
  refresh: (itemId?: string) => void;
  /** Deletes a connection at Pluggy, with its data there. Can be repeated. Rejects with an `ApiError`. */
  disconnect: (itemId: string) => Promise<void>;
}

export function createPluggyClient(options: PluggyClientOptions): PluggyClient {
  const send = createSend(options);
  const { visibility = tabVisibility } = options;
  const stores = new Map<string, Live<ConnectionState>>();
  const cache = createItemCache((itemId) => {
    stores.get(itemId)?.cacheChanged(itemId);
    list.cacheChanged(itemId);
  });
  const shared = { send, cache, visibility };
  const list: Live<ConnectionsState> = createConnections(shared);

  async function createConnectToken(request: ConnectTokenRequest = {}): Promise<WidgetOptions> {
    const { data } = await send("post", "/connect-token", { body: request });
    return { connectToken: data.accessToken, ...data.connect };
  }

  function connection(itemId: string): Live<ConnectionState> {
    const store = stores.get(itemId) ?? createConnection(itemId, shared);
    stores.set(itemId, store);
    return store;
  }

  return {
    language: options.language,
    createConnectToken,
    update: (itemId, request) => createConnectToken({ ...request, itemId }),
    relay(event) {
      const body = readEvent(event);
      // The request may outlive the page, if the user's token is at hand: renewing it first takes too long.
      if (body) send("post", "/connect-events", { body, keepalive: true }).catch(() => {});
    },
    connection,
    connections: () => list,
    refresh(itemId) {
      if (itemId !== undefined) connection(itemId).refresh();
      else stores.forEach((store) => store.refresh());
      list.refresh();
    },
    async disconnect(itemId) {
      try {
        await send("delete", "/items/{itemId}", { itemId });
      } catch (error) {
        if (isApiError(error) && error.status === 404) list.refresh();
        throw error;
      }
      cache.remove(itemId);
    },
  };
}
