import { ApiError, type ConnectApi, type Item } from "./connect-api";
import { watchItem } from "./watch-item";

const MOVING: ReadonlySet<Item["phase"]> = new Set(["connecting", "waiting_user", "updating"]);

/** Shows every connection of the user, and goes on following those that are under way. */
export async function resume(api: ConnectApi, show: (item: Item) => void, left: AbortSignal): Promise<void> {
  let cursor: string | undefined;
  do {
    const { data, error, response } = await api.GET("/items", { params: { query: { limit: 50, cursor } }, signal: left });
    if (!data) throw new ApiError(response, error);
    for (const item of data.items) {
      show(item);
      if (MOVING.has(item.phase)) watchItem(api, item.itemId, show, left).catch(() => undefined);
    }
    cursor = data.nextCursor ?? undefined;
  } while (cursor);
}
