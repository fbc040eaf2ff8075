import { expect, test, vi } from "vitest";

import type { Reply } from "../../../testing/api.ts";
import { item, ITEM_ID } from "../../../testing/items.ts";
import { setUp } from "../../../testing/set-up.ts";
import type { PluggyClient, Visibility } from "../src/index.ts";

const testbed = setUp();

const path = `/items/${ITEM_ID}`;
const connecting = (): Reply => ({ headers: { "retry-after": "3" }, body: item({ phase: "connecting" }) });
const ready = (): Reply => ({ body: item() });
const refused = (status: number, headers = {}): Reply => ({ status, headers, body: { message: "Refused" } });

/** Makes the API reply by the seconds since now. */
function replyBySecond(reply: (second: number) => Reply): void {
  const start = Date.now();
  testbed.api.reply = ({ at }) => reply((at - start) / 1000);
}

/** Collects the statuses and phases that a subscriber sees. */
function watch(client: PluggyClient): { seen: string[]; leave: () => void } {
  const store = client.connection(ITEM_ID);
  const seen: string[] = [];
  const look = () => void seen.push([store.getSnapshot().status, store.getSnapshot().item?.phase].join(" "));
  look();
  return { seen, leave: store.subscribe(look) };
}

/** The app's visibility, which the test turns on and off. */
function visibility(): Visibility & { set: (visible: boolean) => void } {
  const listeners = new Set<() => void>();
  let visible = true;
  return {
    isVisible: () => visible,
    subscribe: (listener) => (listeners.add(listener), () => void listeners.delete(listener)),
    set: (next) => ((visible = next), listeners.forEach((listener) => listener())),
  };
}

/** Checks the pauses between the requests. The last one is that of all that follow. */
function expectPauses(...shortest: number[]): void {
  const seconds = testbed.api.seconds(path);
  const pauses = seconds.slice(1).map((second, index) => second - (seconds[index] ?? 0));
  expect(pauses.length).toBeGreaterThanOrEqual(shortest.length);
  // Up to a fifth longer, and half a second for the step of the clock.
  pauses.forEach((pause, index) => {
    const least = shortest[Math.min(index, shortest.length - 1)] ?? 0;
    expect(pause, `${pauses}`).toBeGreaterThanOrEqual(least);
    expect(pause, `${pauses}`).toBeLessThanOrEqual(least * 1.2 + 0.5);
  });
}

test("a connection in progress is fetched after each Retry-After, with its ETag, until it has settled", async () => {
  replyBySecond((second) => (second < 10 ? connecting() : ready()));

  const { seen } = watch(testbed.client());
  await testbed.clock.pass(600);

  expect(seen).toEqual(["loading ", "loaded connecting", "loaded ready"]);
  expectPauses(3, 3, 3);
  expect(testbed.api.received[0]?.headers["if-none-match"]).toBeUndefined();
  expect(testbed.api.received[1]?.headers["if-none-match"]).toMatch(/^W\//);
});

test("all who ask for an item share one store and one request", async () => {
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

test.each([
  ["is not available", () => refused(503)],
  ["gets too many requests", () => refused(429)],
  ["has a fault", () => refused(500)],
  ["cannot be reached", () => "reset" as const],
])("an API that %s is asked less and less often, up to a minute", async (_, reply) => {
  testbed.api.reply = reply;
  const client = testbed.client();
  const { seen } = watch(client);

  await testbed.clock.pass(200);

  expectPauses(8, 16, 32, 60);
  expect(client.connection(ITEM_ID).getSnapshot()).toMatchObject({ status: "loading", error: { name: "ApiError" } });
  testbed.api.reply = ready;
  await testbed.clock.pass(75);
  expect(client.connection(ITEM_ID).getSnapshot()).toMatchObject({ status: "loaded", error: undefined });
  expect(seen.at(-1)).toBe("loaded ready");
});

test("a userToken that fails is a passing failure, since it may need the network", async () => {
  testbed.api.reply = ready;
  let isOnline = false;
  const userToken = () => (isOnline ? Promise.resolve("user-token") : Promise.reject(new Error("offline")));
  const { seen } = watch(testbed.client({ userToken }));
  await testbed.clock.pass(1);

  isOnline = true;
  await testbed.clock.pass(10);

  expect(seen).toEqual(["loading ", "loading ", "loaded ready"]);
});

test("the pause that the API asks for holds, whatever the widget, a glance or a new subscriber wants", async () => {
  testbed.api.reply = () => refused(503, { "retry-after": "100" });
  const tab = visibility();
  const client = testbed.client({ visibility: tab });
  const { leave } = watch(client);
  await testbed.clock.pass(1);

  client.refresh(ITEM_ID);
  tab.set(false);
  tab.set(true);
  leave();
  await testbed.clock.pass(1);
  watch(client);
  await testbed.clock.pass(97);
  expect(testbed.api.seconds(path)).toHaveLength(1);

  testbed.api.reply = ready;
  await testbed.clock.pass(30);
  expect(testbed.api.seconds(path).length).toBeGreaterThan(1);
});

test("a Retry-After of nothing does not make a loop", async () => {
  testbed.api.reply = () => refused(503, { "retry-after": "0" });
  watch(testbed.client());

  await testbed.clock.pass(10);

  expect(testbed.api.received.length).toBeLessThanOrEqual(11);
});

test.each([400, 401, 403])(
  "a refusal with %d ends the fetches and keeps what was known, until the user returns",
  async (status) => {
    replyBySecond((second) => (second < 5 ? connecting() : refused(status)));
    const tab = visibility();
    const client = testbed.client({ visibility: tab, userToken: undefined });
    watch(client);
    await testbed.clock.pass(10);
    expect(client.connection(ITEM_ID).getSnapshot()).toMatchObject({
      status: "failed",
      item: { phase: "connecting" },
      error: { status },
    });
    const { length } = testbed.api.received;

    await testbed.clock.pass(600);
    expect(testbed.api.received).toHaveLength(length);

    testbed.api.reply = ready;
    tab.set(false);
    tab.set(true);
    await testbed.clock.pass(1);
    expect(client.connection(ITEM_ID).getSnapshot()).toMatchObject({
      status: "loaded",
      item: { phase: "ready" },
      error: undefined,
    });
  },
);

test("a connection that the API does not find is gone, and fetched no more", async () => {
  replyBySecond((second) => (second < 5 ? connecting() : refused(404)));
  const { seen } = watch(testbed.client());

  await testbed.clock.pass(600);

  expect(seen).toEqual(["loading ", "loaded connecting", "gone "]);
  expect(testbed.api.received.length).toBeLessThanOrEqual(4);
});

test("a connection that the widget has just named may be unknown to the API for two minutes", async () => {
  replyBySecond((second) => (second < 20 ? refused(404) : ready()));
  const client = testbed.client();
  client.refresh(ITEM_ID);
  const { seen } = watch(client);

  await testbed.clock.pass(60);

  expect(seen).toEqual(["loading ", "loaded ready"]);
});

test("after these two minutes it is gone", async () => {
  testbed.api.reply = () => refused(404);
  const client = testbed.client();
  client.refresh(ITEM_ID);
  const { seen } = watch(client);

  await testbed.clock.pass(119);
  expect(seen).toEqual(["loading "]);
  await testbed.clock.pass(60);

  expect(seen).toEqual(["loading ", "gone "]);
  expect(testbed.api.seconds(path).at(-1)).toBeLessThan(126);
});

test("a connection that was known and is not found after news of the widget is gone at once", async () => {
  replyBySecond((second) => (second < 2 ? ready() : refused(404)));
  const client = testbed.client();
  const { seen } = watch(client);
  await testbed.clock.pass(3);

  client.refresh(ITEM_ID);
  await testbed.clock.pass(1);

  expect(seen.at(-1)).toBe("gone ");
});

test.each([
  ["settled", {}],
  ["to be retried in five minutes", { "retry-after": "300" }],
])("a connection that is %s is fetched for two minutes after news of the widget", async (_, headers) => {
  testbed.api.reply = () => ({ headers, body: item({ phase: "reconnect" }) });
  const client = testbed.client();
  const { seen } = watch(client);
  await testbed.clock.pass(10);
  replyBySecond((second) => (second < 30 ? { headers, body: item({ phase: "reconnect" }) } : ready()));

  client.refresh(ITEM_ID);
  await testbed.clock.pass(40);

  expect(seen.at(-1)).toBe("loaded ready");
  await testbed.clock.pass(600);
  expect(testbed.api.received.length).toBeLessThan(40);
});

test("news while a request is under way is followed by another request", async () => {
  let reply: ((reply: Response) => void) | undefined;
  const client = testbed.client({ fetch: () => new Promise((resolve) => (reply = resolve)) });
  const { seen } = watch(client);
  await testbed.clock.pass(1);
  const first = reply;

  client.refresh(ITEM_ID);
  await testbed.clock.pass(1);
  expect(reply).toBe(first);
  first?.(Response.json(item({ phase: "reconnect" })));
  await testbed.clock.pass(0.5);
  reply?.(Response.json(item({ phase: "updating" })));
  await testbed.clock.pass(0.5);

  expect(seen).toEqual(["loading ", "loaded reconnect", "loaded updating"]);
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
