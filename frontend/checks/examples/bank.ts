import type { Item } from "@pluggy-lambda/client";

import type { Api } from "../../testing/api.ts";

/** Makes the API know these items, delete them, and give tokens. */
export function serve(api: Api, items: Item[]): void {
  api.reply = ({ method, path }) => {
    if (path === "/connect-token") return { body: { accessToken: "connect-token", expiresAt: "", connect: {} } };
    if (path === "/connect-events") return { status: 202 };
    if (path.startsWith("/items?")) return { body: { items, nextCursor: null } };
    const item = items.find(({ itemId }) => path === `/items/${itemId}`);
    if (!item) return { status: 404, body: { title: "Item not found" } };
    return method === "DELETE" ? { status: 204 } : { body: item };
  };
}
