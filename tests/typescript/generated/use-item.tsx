import { useEffect, useState } from "react";
import type { ConnectApi, Item } from "./connect-api";
import { watchItem } from "./watch-item";

interface Watched {
  itemId: string;
  item?: Item;
  error?: unknown;
}

/** An item, kept up to date while the component is shown. A new `word` object restarts its watch. */
export function useItem(api: ConnectApi, word: { itemId: string }): { item?: Item; error?: unknown } {
  const { itemId } = word;
  const [watched, setWatched] = useState<Watched>({ itemId });
  useEffect(() => {
    const left = new AbortController();
    setWatched((before) => ({ itemId, item: before.itemId === itemId ? before.item : undefined }));
    watchItem(api, itemId, (item) => setWatched({ itemId, item }), left.signal).catch(
      (error: unknown) => left.signal.aborted || setWatched((before) => ({ ...before, error })),
    );
    return () => left.abort();
  }, [api, itemId, word]);
  // What is known of another item is not shown for this one, not even once.
  return watched.itemId === itemId ? watched : {};
}
