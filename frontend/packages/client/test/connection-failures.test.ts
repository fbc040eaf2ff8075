import { expect, test } from "vitest";

import { ITEM_ID } from "../../../testing/items.ts";
import { setUp } from "../../../testing/set-up.ts";
import {
  connecting,
  expectPauses,
  path,
  ready,
  refused,
  replyBySecond,
  visibility,
  watch,
} from "./connection-testbed.ts";

const testbed = setUp();

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

  expectPauses(testbed, 8, 16, 32, 60);
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
    replyBySecond(testbed, (second) => (second < 5 ? connecting() : refused(status)));
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
  replyBySecond(testbed, (second) => (second < 5 ? connecting() : refused(404)));
  const { seen } = watch(testbed.client());

  await testbed.clock.pass(600);

  expect(seen).toEqual(["loading ", "loaded connecting", "gone "]);
  expect(testbed.api.received.length).toBeLessThanOrEqual(4);
});
