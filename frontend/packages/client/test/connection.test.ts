import { expect, test, vi } from "vitest";

import { ITEM_ID } from "../../../testing/items.ts";
import { setUp } from "../../../testing/set-up.ts";
import { connecting, expectPauses, ready, replyBySecond, visibility, watch } from "./connection-testbed.ts";

const testbed = setUp();

test("a connection in progress is fetched after each Retry-After, with its ETag, until it has settled", async () => {
  replyBySecond(testbed, (second) => (second < 10 ? connecting() : ready()));

  const { seen } = watch(testbed.client());
  await testbed.clock.pass(600);

  expect(seen).toEqual(["loading ", "loaded connecting", "loaded ready"]);
  expectPauses(testbed, 3, 3, 3);
  expect(testbed.api.received[0]?.headers["if-none-match"]).toBeUndefined();
  expect(testbed.api.received[1]?.headers["if-none-match"]).toMatch(/^W\//);
});

test("all subscribers of an item share one store and one request", async () => {
  testbed.api.reply = ready;
  const client = testbed.client();

  expect(client.connection(ITEM_ID)).toBe(client.connection(ITEM_ID));
  const { seen: one } = watch(client);
  const { seen: other } = watch(client);
  await testbed.clock.pass(1);

  expect([one, other]).toEqual([
    ["loading ", "loaded ready"],
    ["loading ", "loaded ready"],
  ]);
  expect(testbed.api.received).toHaveLength(1);
});

test("who subscribes, leaves and subscribes in one tick, as in React's StrictMode, sends one request", async () => {
  testbed.api.reply = ready;
  const client = testbed.client();

  watch(client).leave();
  const { seen } = watch(client);
  await testbed.clock.pass(1);

  expect(testbed.api.received).toHaveLength(1);
  expect(seen).toEqual(["loading ", "loaded ready"]);
});

test("nothing is fetched without a subscriber, and the request that is under way ends", async () => {
  testbed.api.reply = () => "hang";
  let signal: AbortSignal | null | undefined;
  const { leave } = watch(testbed.client({ fetch: (url, init) => ((signal = init?.signal), fetch(url, init)) }));
  await testbed.clock.pass(1);

  leave();
  await testbed.clock.pass(5);

  expect(signal?.aborted).toBe(true);
  await testbed.clock.pass(60);
  expect(testbed.api.received).toHaveLength(1);
});

test("a request that ended because nobody listened any more is no failure", async () => {
  testbed.api.reply = () => "hang";
  const client = testbed.client({ fetch });
  watch(client).leave();
  watch(client).leave();
  await testbed.clock.pass(5);
  watch(client);
  await testbed.clock.pass(1);

  expect(client.connection(ITEM_ID).getSnapshot()).toEqual({ status: "loading", item: undefined, error: undefined });
});

test("one of two subscribers may leave, even twice", async () => {
  testbed.api.reply = connecting;
  const client = testbed.client();
  watch(client);
  const { leave } = watch(client);
  await testbed.clock.pass(1);

  leave();
  leave();
  await testbed.clock.pass(10);

  expect(testbed.api.received.length).toBeGreaterThanOrEqual(3);
});

test("leaving twice in the tick in which somebody else comes does not stop what that one watches", async () => {
  testbed.api.reply = connecting;
  const client = testbed.client();
  const { leave } = watch(client);
  leave();
  leave();
  watch(client);

  await testbed.clock.pass(10);

  expect(testbed.api.received.length).toBeGreaterThanOrEqual(3);
});

test("a listener that subscribes twice stays until it has left twice", async () => {
  testbed.api.reply = connecting;
  const listener = vi.fn();
  const store = testbed.client().connection(ITEM_ID);
  store.subscribe(listener);
  store.subscribe(listener)();

  await testbed.clock.pass(1);

  expect(listener).toHaveBeenCalledOnce();
});

test("who returns to a connection sees at once what was known, and then what has changed", async () => {
  testbed.api.reply = connecting;
  const client = testbed.client();
  const { leave } = watch(client);
  await testbed.clock.pass(1);
  leave();
  await testbed.clock.pass(600);

  testbed.api.reply = ready;
  const { seen } = watch(client);
  await testbed.clock.pass(1);

  expect(seen).toEqual(["loaded connecting", "loaded ready"]);
});

test("an app that nobody sees fetches nothing, and fetches at once when it is seen again", async () => {
  testbed.api.reply = connecting;
  const tab = visibility();
  const { seen } = watch(testbed.client({ visibility: tab }));
  await testbed.clock.pass(1);

  tab.set(false);
  await testbed.clock.pass(600);
  expect(testbed.api.received).toHaveLength(1);

  testbed.api.reply = ready;
  tab.set(true);
  await testbed.clock.pass(1);
  expect(testbed.api.received).toHaveLength(2);
  expect(seen.at(-1)).toBe("loaded ready");
});

test("a settled connection is fetched again when the app is seen again, but not for each glance", async () => {
  testbed.api.reply = ready;
  const tab = visibility();
  watch(testbed.client({ visibility: tab }));
  await testbed.clock.pass(1);

  tab.set(false);
  tab.set(true);
  await testbed.clock.pass(2);
  expect(testbed.api.received).toHaveLength(1);
  await testbed.clock.pass(2);
  expect(testbed.api.received).toHaveLength(2);
  await testbed.clock.pass(600);
  expect(testbed.api.received).toHaveLength(2);
});

test("a client on a server or a phone, without a document, fetches", async () => {
  vi.stubGlobal("document", undefined);
  testbed.api.reply = ready;

  const { seen } = watch(testbed.client());
  await testbed.clock.pass(1);

  expect(seen.at(-1)).toBe("loaded ready");
  vi.unstubAllGlobals();
});

test("a response that says nothing new does not make a new state", async () => {
  testbed.api.reply = connecting;
  const client = testbed.client();
  watch(client);
  await testbed.clock.pass(1);
  const before = client.connection(ITEM_ID).getSnapshot();

  await testbed.clock.pass(10);

  expect(testbed.api.received.length).toBeGreaterThan(2);
  expect(client.connection(ITEM_ID).getSnapshot()).toBe(before);
});

test("a server renders a connection as loading, whatever is known", async () => {
  testbed.api.reply = ready;
  const client = testbed.client();
  watch(client);
  await testbed.clock.pass(1);

  expect(client.connection(ITEM_ID).getServerSnapshot().status).toBe("loading");
});
