import type { ApiError } from "./errors.ts";
import type { Live, Shared } from "./connection.ts";
import { createNews } from "./news.ts";
import { createPoll } from "./poll.ts";
import type { Item, ItemList } from "./schemas.ts";
import { createSubscribers } from "./store.ts";

/**
 * The user's connections, newest first. `loading`: no response yet. `loaded`: `items` is live. `failed`: `error`
 * needs the app or the user; nothing is fetched any more. In `loading` and `loaded`, `error` is a passing failure of
 * the last request.
 */
export type ConnectionsState =
  | { status: "loading" | "loaded"; items: readonly Item[]; error: ApiError | undefined }
  | { status: "failed"; items: readonly Item[]; error: ApiError };

const LOADING: ConnectionsState = { status: "loading", items: [], error: undefined };

const PAGE_SIZE = 50;
const MOST_PAGES = 20;
/** The first response may lack a connection that was begun just before a tab was closed. */
const SECOND_REQUEST_SECONDS = 10;

interface Page {
  list: ItemList;
  etag: string | undefined;
}

export function createConnections({ send, cache, visibility }: Shared): Live<ConnectionsState> {
  let state = LOADING;
  let failure: { error: ApiError; isFinal: boolean } | undefined;
  let itemIds: readonly string[] | undefined;
  /** The last pages, by their cursors. */
  let pages: ReadonlyMap<string | undefined, Page> = new Map();
  const news = createNews();

  const poll = createPoll({ ask, onFailure, visibility });
  const { subscribe, notify } = createSubscribers(poll);

  async function ask(signal: AbortSignal): Promise<number | undefined> {
    const isFirst = itemIds === undefined;
    const fetched = new Map<string | undefined, Page>();
    const found = new Set<string>();
    let soonest = isFirst ? SECOND_REQUEST_SECONDS : Infinity;
    let cursor: string | undefined;
    do {
      const sentAt = Date.now();
      const known = pages.get(cursor);
      const answer = await send("get", "/items", { query: { limit: PAGE_SIZE, cursor }, etag: known?.etag, signal });
      const page = answer.data ? { list: answer.data, etag: answer.etag } : known;
      if (!page) break;
      fetched.set(cursor, page);
      for (const item of page.list.items) {
        found.add(item.itemId);
        cache.put(item, sentAt);
      }
      soonest = Math.min(soonest, answer.retryAfter ?? Infinity);
      cursor = page.list.nextCursor ?? undefined;
    } while (cursor !== undefined && !fetched.has(cursor) && fetched.size < MOST_PAGES);
    pages = fetched;
    itemIds = [...found];
    failure = undefined;
    publish();
    return news.pauseSeconds(Number.isFinite(soonest) ? soonest : undefined);
  }

  function onFailure(error: ApiError, isFinal: boolean): void {
    failure = { error, isFinal };
    publish();
  }

  function publish(): void {
    const next = current();
    const isSame =
      next.items.length === state.items.length && next.items.every((item, index) => item === state.items[index]);
    if (isSame && next.status === state.status && next.error === state.error) return;
    state = isSame ? { ...next, items: state.items } : next;
    notify();
  }

  function current(): ConnectionsState {
    const items = (itemIds ?? []).flatMap((itemId) => cache.get(itemId) ?? []);
    if (failure?.isFinal) return { status: "failed", items, error: failure.error };
    return { status: itemIds ? "loaded" : "loading", items, error: failure?.error };
  }

  return {
    subscribe,
    getSnapshot: () => state,
    getServerSnapshot: () => LOADING,
    refresh() {
      news.arrived();
      poll.refresh();
    },
    cacheChanged(itemId) {
      if (!itemIds) return;
      // What the list does not have yet is the newest.
      if (cache.get(itemId) && !itemIds.includes(itemId)) itemIds = [itemId, ...itemIds];
      publish();
    },
  };
}
