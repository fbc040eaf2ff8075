import { expect, test } from "vitest";

import type { Received, Reply } from "../../../testing/api.ts";
import { item, ITEM_ID, OTHER_ID } from "../../../testing/items.ts";
import { setUp } from "../../../testing/set-up.ts";
import { isApiError, type Item, type PluggyClient } from "../src/index.ts";

const testbed = setUp();

const list = (items: Item[], nextCursor: string | null = null, headers = {}): Reply => ({
  headers,
  body: { items, nextCursor },
});
const isList = ({ path }: Received): boolean => path.startsWith("/items?");

/** Subscribes to the list. `phases` returns the ids' last digits with their phases. */
function watch(client: PluggyClient): { phases: () => string[]; leave: () => void } {
  const store = client.connections();
  const leave = store.subscribe(() => {});
  return { phases: () => store.getSnapshot().items.map(({ itemId, phase }) => `${itemId.at(-1)} ${phase}`), leave };
}

test("all pages are one list, newest first", async () => {
  testbed.api.reply = ({ path }) =>
    path.includes("cursor=next%2Bpage") ? list([item()]) : list([item({ itemId: OTHER_ID })], "next+page");
  const client = testbed.client();
  const { phases } = watch(client);

  expect(client.connections().getSnapshot()).toEqual({ status: "loading", items: [], error: undefined });
  await testbed.clock.pass(1);

  expect(client.connections().getSnapshot().status).toBe("loaded");
  expect(phases()).toEqual(["2 ready", "1 ready"]);
  expect(testbed.api.received.map(({ path }) => path)).toEqual([
    "/items?limit=50",
    "/items?limit=50&cursor=next%2Bpage",
  ]);
});

test("a cursor that leads back, or always on, does not make a loop", async () => {
  testbed.api.reply = ({ path }) => list([item()], path.includes("cursor=a") ? "b" : "a");
  watch(testbed.client());
  await testbed.clock.pass(1);
  expect(testbed.api.received).toHaveLength(3);

  testbed.api.received.length = 0;
  let page = 0;
  testbed.api.reply = () => list([item()], `${(page += 1)}`);
  watch(testbed.client());
  await testbed.clock.pass(1);
  expect(testbed.api.received).toHaveLength(20);
});

test("a connection that was begun just before the tab was closed is found ten seconds later", async () => {
  testbed.api.reply = () => list([]);
  const { phases } = watch(testbed.client());
  await testbed.clock.pass(5);
  expect(phases()).toEqual([]);

  testbed.api.reply = () => list([item({ phase: "ready" })]);
  await testbed.clock.pass(8);

  expect(phases()).toEqual(["1 ready"]);
  await testbed.clock.pass(600);
  expect(testbed.api.received).toHaveLength(2);
});

test("a connection that a closed tab left is followed until it has settled", async () => {
  testbed.api.reply = () => list([item({ phase: "waiting_user" })], null, { "retry-after": "10" });
  const { phases } = watch(testbed.client());
  await testbed.clock.pass(60);
  expect(phases()).toEqual(["1 waiting_user"]);

  testbed.api.reply = () => list([item()]);
  await testbed.clock.pass(60);

  expect(phases()).toEqual(["1 ready"]);
  const { length } = testbed.api.received;
  await testbed.clock.pass(600);
  expect(testbed.api.received).toHaveLength(length);
});

test("pages that have not changed are not sent again", async () => {
  testbed.api.reply = ({ path }) =>
    path.includes("cursor") ? list([item()], null, { "retry-after": "3" }) : list([item({ itemId: OTHER_ID })], "a");
  const client = testbed.client();
  const { phases } = watch(client);
  await testbed.clock.pass(1);
  const before = client.connections().getSnapshot();

  await testbed.clock.pass(4);

  expect(testbed.api.received.slice(2).map(({ headers }) => headers["if-none-match"])).toEqual([
    expect.any(String),
    expect.any(String),
  ]);
  expect(phases()).toEqual(["2 ready", "1 ready"]);
  expect(client.connections().getSnapshot()).toBe(before);
});

test("the list and a single connection never differ", async () => {
  let phase: Item["phase"] = "connecting";
  testbed.api.reply = (received) =>
    isList(received)
      ? list([item({ phase: "connecting" })])
      : { headers: { "retry-after": "3" }, body: item({ phase }) };
  const client = testbed.client();
  const { phases } = watch(client);
  client.connection(ITEM_ID).subscribe(() => {});
  await testbed.clock.pass(1);

  phase = "updating";
  await testbed.clock.pass(4);

  expect(phases()).toEqual(["1 updating"]);
  expect(client.connections().getSnapshot().items[0]).toBe(client.connection(ITEM_ID).getSnapshot().item);
});

test("what the list knows is shown at once for a single connection", async () => {
  testbed.api.reply = (received) => (isList(received) ? list([item()]) : "hang");
  const client = testbed.client();
  watch(client);
  await testbed.clock.pass(1);

  expect(client.connection(ITEM_ID).getSnapshot()).toMatchObject({ status: "loaded", item: { phase: "ready" } });
});

test("a response that was slow does not replace one to a later request", async () => {
  const replies: ((response: Response) => void)[] = [];
  const client = testbed.client({ fetch: () => new Promise((resolve) => replies.push(resolve)) });
  watch(client);
  await testbed.clock.pass(1);
  client.connection(ITEM_ID).subscribe(() => {});
  await testbed.clock.pass(1);
  const [ofList, ofItem] = replies;

  ofItem?.(Response.json(item({ phase: "ready" })));
  await testbed.clock.pass(0.5);
  ofList?.(Response.json({ items: [item({ phase: "connecting" })], nextCursor: null }));
  await testbed.clock.pass(0.5);

  expect(client.connection(ITEM_ID).getSnapshot().item?.phase).toBe("ready");
});

test("a state that comes back is shown, though its ETag is known", async () => {
  let [ofItem, ofList]: Item["phase"][] = ["ready", "ready"];
  testbed.api.reply = (received) =>
    isList(received)
      ? list([item({ phase: ofList ?? "ready" })])
      : { headers: { "retry-after": "3" }, body: item({ phase: ofItem ?? "ready" }) };
  const client = testbed.client();
  const { phases } = watch(client);
  client.connection(ITEM_ID).subscribe(() => {});
  await testbed.clock.pass(1);
  ofList = "updating";
  await testbed.clock.pass(11.5);

  ofItem = "ready";
  await testbed.clock.pass(4);

  expect(testbed.api.received.filter(isList)).toHaveLength(2);
  expect(phases()).toEqual(["1 ready"]);
});

test("a new connection comes first in the list as soon as the API knows it", async () => {
  testbed.api.reply = (received) =>
    isList(received) ? list([item()]) : { body: item({ itemId: OTHER_ID, phase: "connecting" }) };
  const client = testbed.client();
  const { phases } = watch(client);
  await testbed.clock.pass(1);

  client.connection(OTHER_ID).subscribe(() => {});
  await testbed.clock.pass(1);

  expect(phases()).toEqual(["2 connecting", "1 ready"]);
});

test("a page that shows the list alone finds what the widget has named", async () => {
  testbed.api.reply = () => list([]);
  const client = testbed.client();
  const { phases } = watch(client);
  await testbed.clock.pass(60);
  const start = Date.now();
  testbed.api.reply = ({ at }) => list(at - start < 30_000 ? [] : [item({ phase: "ready" })]);

  client.refresh(ITEM_ID);
  await testbed.clock.pass(40);

  expect(phases()).toEqual(["1 ready"]);
});

test("a disconnected item disappears at once, and stays away while the API still has it", async () => {
  testbed.api.reply = ({ method, path }) => {
    if (method === "DELETE") return { status: 204 };
    return path.startsWith("/items?")
      ? list([item(), item({ itemId: OTHER_ID })], null, { "retry-after": "3" })
      : { body: item() };
  };
  const client = testbed.client();
  const { phases } = watch(client);
  client.connection(ITEM_ID).subscribe(() => {});
  await testbed.clock.pass(1);

  await client.disconnect(ITEM_ID);

  expect(phases()).toEqual(["2 ready"]);
  expect(client.connection(ITEM_ID).getSnapshot().status).toBe("gone");
  client.refresh();
  await testbed.clock.pass(10);
  expect(phases()).toEqual(["2 ready"]);
  expect(client.connection(ITEM_ID).getSnapshot().status).toBe("gone");
});

test("a refusal to disconnect is an error with Pluggy's code, and the connection stays", async () => {
  testbed.api.reply = ({ method }) => {
    if (method === "GET") return list([item()]);
    return {
      status: 409,
      body: {
        type: "urn:pluggy-lambda:problem:disconnect-refused",
        title: "The item cannot be disconnected now",
        status: 409,
        code: "ITEM_IS_ALREADY_UPDATING",
      },
    };
  };
  const client = testbed.client();
  const { phases } = watch(client);
  await testbed.clock.pass(1);

  const error: unknown = await client.disconnect(ITEM_ID).catch((error: unknown) => error);

  expect(isApiError(error) && error).toMatchObject({ status: 409, code: "ITEM_IS_ALREADY_UPDATING" });
  expect(phases()).toEqual(["1 ready"]);
});

test("who disconnects what is gone already gets the error, and a new list", async () => {
  testbed.api.reply = () => list([item()]);
  const client = testbed.client();
  const { phases } = watch(client);
  await testbed.clock.pass(30);
  testbed.api.reply = ({ method }) =>
    method === "GET" ? list([]) : { status: 404, body: { title: "Item not found" } };

  await expect(client.disconnect(ITEM_ID)).rejects.toMatchObject({ status: 404 });
  await testbed.clock.pass(1);

  expect(phases()).toEqual([]);
});

test("a connection that is gone leaves the list, too", async () => {
  testbed.api.reply = (received) =>
    isList(received) ? list([item()]) : { status: 404, body: { title: "Item not found" } };
  const client = testbed.client();
  const { phases } = watch(client);
  await testbed.clock.pass(1);

  client.connection(ITEM_ID).subscribe(() => {});
  await testbed.clock.pass(6);

  expect(client.connection(ITEM_ID).getSnapshot().status).toBe("gone");
  expect(phases()).toEqual([]);
});

test("the list keeps what it has while the API fails, and says so", async () => {
  testbed.api.reply = () => list([item()], null, { "retry-after": "3" });
  const client = testbed.client();
  const { phases } = watch(client);
  await testbed.clock.pass(1);

  testbed.api.reply = () => ({ status: 503, body: { message: "Service Unavailable" } });
  await testbed.clock.pass(5);
  expect(client.connections().getSnapshot()).toMatchObject({ status: "loaded", error: { status: 503 } });
  expect(phases()).toEqual(["1 ready"]);

  testbed.api.reply = () => ({ status: 403, body: { message: "Forbidden" } });
  await testbed.clock.pass(60);
  expect(client.connections().getSnapshot()).toMatchObject({ status: "failed", error: { status: 403 } });
  const { length } = testbed.api.received;
  await testbed.clock.pass(600);
  expect(testbed.api.received).toHaveLength(length);
});

test("the user is back: everything that is shown is fetched", async () => {
  testbed.api.reply = (received) => (isList(received) ? list([item()]) : { body: item() });
  const client = testbed.client();
  watch(client);
  client.connection(ITEM_ID).subscribe(() => {});
  await testbed.clock.pass(60);
  testbed.api.received.length = 0;

  client.refresh();
  await testbed.clock.pass(1);

  expect(testbed.api.received.map(({ path }) => path).sort()).toEqual([`/items/${ITEM_ID}`, "/items?limit=50"]);
});

test("a server renders no connections", () => {
  expect(testbed.client().connections().getServerSnapshot()).toEqual({
    status: "loading",
    items: [],
    error: undefined,
  });
});
