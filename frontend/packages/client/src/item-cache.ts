import type { Item } from "./schemas.ts";

/** The newest known state of each item, so that the list and the single connections never differ. */
export interface ItemCache {
  get: (itemId: string) => Item | undefined;
  /** Stores an item of a response, unless a response to a later request is there. */
  put: (item: Item, sentAt: number) => void;
  /** Forgets an item that the API does not find. */
  forget: (itemId: string) => void;
  /** Forgets an item that the user disconnected. Responses that still have it are ignored. */
  remove: (itemId: string) => void;
  isRemoved: (itemId: string) => boolean;
}

export function createItemCache(onChange: (itemId: string) => void): ItemCache {
  const entries = new Map<string, { item: Item; sentAt: number }>();
  const removed = new Set<string>();
  const forget = (itemId: string): void => {
    entries.delete(itemId);
    onChange(itemId);
  };
  return {
    get: (itemId) => entries.get(itemId)?.item,
    put(item, sentAt) {
      const { itemId } = item;
      const known = entries.get(itemId);
      if (removed.has(itemId) || (known && known.sentAt > sentAt)) return;
      entries.set(itemId, { item, sentAt });
      onChange(itemId);
    },
    forget,
    remove(itemId) {
      removed.add(itemId);
      forget(itemId);
    },
    isRemoved: (itemId) => removed.has(itemId),
  };
}
