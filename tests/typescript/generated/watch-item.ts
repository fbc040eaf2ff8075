import { ApiError, type ConnectApi, type Item, retryAfter } from "./connect-api";

/** For so long the widget may be ahead of the backend: the item unknown to it, or known as it was before. */
const BEHIND_FOR_MS = 2 * 60_000;
/** Where an answer does not say how long to wait; after repeated failures longer, up to the second. */
const PAUSE_SECONDS = 4;
const LONGEST_PAUSE_SECONDS = 60;
const PASSING = new Set([429, 502, 503, 504]);

/** Shows an item as it is now and after each change, until it has settled or `left` is aborted. */
export async function watchItem(
  api: ConnectApi,
  itemId: string,
  show: (item: Item) => void,
  left: AbortSignal,
): Promise<void> {
  const behindUntil = Date.now() + BEHIND_FOR_MS;
  let etag: string | undefined;
  let failures = 0;
  while (!left.aborted) {
    const answer = await ask(api, itemId, etag, left);
    if (left.aborted) return;
    const behind = Date.now() < behindUntil;
    failures += 1;
    if (answer && !PASSING.has(answer.response.status)) {
      failures = 0;
      const { data, error, response } = answer;
      if (data) {
        etag = response.headers.get("etag") ?? undefined;
        show(data);
      }
      const known = data !== undefined || response.status === 304;
      const notYet = response.status === 404 && !etag && behind;
      if (!known && !notYet) throw new ApiError(response, error);
      if (known && !behind && retryAfter(response) === undefined) return;
    }
    const seconds = Math.min(PAUSE_SECONDS * 2 ** failures, LONGEST_PAUSE_SECONDS);
    await pause((answer && retryAfter(answer.response)) ?? seconds, left);
  }
}

/** An `onItem` for the widget's callbacks: each event about an item restarts its watch. */
export function itemWatcher(
  api: ConnectApi,
  show: (item: Item) => void,
  failed: (error: unknown) => void,
  left: AbortSignal,
): (itemId: string) => void {
  const watches = new Map<string, AbortController>();
  left.addEventListener("abort", () => watches.forEach((watch) => watch.abort()));
  return (itemId) => {
    if (left.aborted) return;
    watches.get(itemId)?.abort();
    const watch = new AbortController();
    watches.set(itemId, watch);
    watchItem(api, itemId, show, watch.signal).catch(failed);
  };
}

/** Nothing if the network failed: on a phone it comes back. */
async function ask(api: ConnectApi, itemId: string, etag: string | undefined, signal: AbortSignal) {
  const params = { path: { itemId }, header: { "If-None-Match": etag } };
  return api.GET("/items/{itemId}", { params, signal }).catch(() => undefined);
}

/** A little longer than asked for, and not all apps at once. */
function pause(seconds: number, left: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      left.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, seconds * (1 + Math.random() / 5) * 1000);
    left.addEventListener("abort", end);
    if (left.aborted) end();
  });
}
