import { expect, test, vi } from "vitest";

import { DELETE, GET, POST } from "../../examples/next/app/api/pluggy/[...path]/route.ts";
import { item, ITEM_ID } from "../../testing/items.ts";
import { setUp } from "../../testing/set-up.ts";
import { serve } from "./bank.ts";

const testbed = setUp();

/** Sends a request to the route handler, as the browser does. */
async function send(handle: typeof GET, path: string, init: RequestInit = {}): Promise<Response> {
  vi.stubEnv("API_URL", testbed.api.url);
  const [names = "", query = ""] = path.split("?");
  const request = new Request(`https://app.example.com/api/pluggy/${names}?${query}`, init);
  return handle(request, { params: Promise.resolve({ path: names.split("/") }) });
}

test("the route handler passes requests on with the user's token, and what the client needs of the responses back", async () => {
  vi.stubEnv("USER_TOKEN", "of-the-session");
  serve(testbed.api, [item()]);

  const list = await send(GET, "items?limit=50");
  const etag = list.headers.get("etag") ?? "";
  const again = await send(GET, "items?limit=50", {
    headers: { "if-none-match": etag, cookie: "session=secret", "accept-language": "en" },
  });

  expect(await list.json()).toMatchObject({ items: [{ itemId: ITEM_ID }] });
  expect([again.status, again.headers.get("etag"), again.headers.get("cache-control")]).toEqual([
    304,
    etag,
    "no-store",
  ]);
  expect(testbed.api.received.map(({ path }) => path)).toEqual(["/items?limit=50", "/items?limit=50"]);
  expect(testbed.api.received[1]?.headers).toMatchObject({
    authorization: "Bearer of-the-session",
    "accept-language": "en",
  });
  expect(testbed.api.received[1]?.headers.cookie).toBeUndefined();
});

test("the route handler passes bodies, deletions and refusals on", async () => {
  vi.stubEnv("USER_TOKEN", "of-the-session");
  serve(testbed.api, [item()]);

  const token = await send(POST, "connect-token", {
    method: "POST",
    body: '{"profile":"web"}',
    headers: { "content-type": "application/json" },
  });
  const deleted = await send(DELETE, `items/${ITEM_ID}`, { method: "DELETE" });
  const missing = await send(GET, "items/other");

  expect(await token.json()).toMatchObject({ accessToken: "connect-token" });
  expect(testbed.api.received[0]?.body).toEqual({ profile: "web" });
  expect([deleted.status, missing.status]).toEqual([204, 404]);
});

test("the route handler sends nothing without a session", async () => {
  vi.stubEnv("USER_TOKEN", undefined);

  expect((await send(GET, "items")).status).toBe(401);
  expect(testbed.api.received).toEqual([]);
});
