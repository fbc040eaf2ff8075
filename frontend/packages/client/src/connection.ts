import { ApiError } from "./errors.ts";
import type { Send } from "./http.ts";
import type { ItemCache } from "./item-cache.ts";
import { createNews } from "./news.ts";
import { createPoll, PAUSE_SECONDS } from "./poll.ts";
import type { Item } from "./schemas.ts";
import { createSubscribers, type Store } from "./store.ts";
import type { Visibility } from "./visibility.ts";

/**
 * What is known of a connection. `loading`: no response yet. `loaded`: `item` is live. `gone`: it does not exist, or
 * is not this user's. `failed`: `error` needs the app or the user; nothing is fetched any more, and `item` is what
 * was known before. In `loading` and `loaded`, `error` is a passing failure of the last request.
 */
export type ConnectionState =
  | { status: "loading"; item: undefined; error: ApiError | undefined }
  | { status: "loaded"; item: Item; error: ApiError | undefined }
  | { status: "gone"; item: undefined; error: undefined }
  | { status: "failed"; item: Item | undefined; error: ApiError };

export const LOADING = { status: "loading", item: undefined, error: undefined } as const;

export interface Shared {
  send: Send;
  cache: ItemCache;
  visibility: Visibility;
}

/** A store, and what the client does with it. */
export interface Live<State> extends Store<State> {
  /** Fetches now, and for a while also where nothing seems to change. */
  refresh: () => void;
  /** Called when the cached state of an item has changed. */
  cacheChanged: (itemId: string) => void;
}

export function createConnection(itemId: string, { send, cache, visibility }: Shared): Live<ConnectionState> {
  let failure: { error: ApiError; isFinal: boolean } | undefined;
  let isGone = false;
  /** The last response with a body. */
  let own: { item: Item; etag: string | undefined } | undefined;
  const news = createNews();
  let state = current();

  const poll = createPoll({ ask, onFailure, visibility });
  const { subscribe, notify } = createSubscribers(poll);

  async function ask(signal: AbortSignal): Promise<number | undefined> {
    const sentAt = Date.now();
    const answer = await send("get", "/items/{itemId}", { itemId, etag: own?.etag, signal }).catch(notYet);
    if (!answer) return PAUSE_SECONDS;
    const { data, etag, retryAfter } = answer;
    if (data) own = { item: data, etag };
    if (own) cache.put(own.item, sentAt);
    failure = undefined;
    isGone = false;
    publish();
    return news.pauseSeconds(retryAfter);
  }

  /** The widget knows a new item some seconds before the backend does. */
  function notYet(error: ApiError): undefined {
    if (error.status !== 404 || cache.get(itemId) || !news.isRecent()) throw error;
  }

  function onFailure(error: ApiError, isFinal: boolean): void {
    failure = { error, isFinal };
    isGone = error.status === 404;
    if (isGone) cache.forget(itemId);
    publish();
  }

  function publish(): void {
    const next = current();
    if (next.status === state.status && next.item === state.item && next.error === state.error) return;
    state = next;
    notify();
  }

  function current(): ConnectionState {
    if (isGone || cache.isRemoved(itemId)) return { status: "gone", item: undefined, error: undefined };
    const item = cache.get(itemId);
    if (failure?.isFinal) return { status: "failed", item, error: failure.error };
    const error = failure?.error;
    return item ? { status: "loaded", item, error } : { status: "loading", item: undefined, error };
  }

  return {
    subscribe,
    getSnapshot: () => state,
    getServerSnapshot: () => LOADING,
    refresh() {
      news.arrived();
      poll.refresh();
    },
    cacheChanged(changedId) {
      if (changedId !== itemId) return;
      if (cache.get(itemId)) {
        // A response of the list has it, so it exists.
        isGone = false;
        failure = undefined;
      }
      publish();
    },
  };
}
