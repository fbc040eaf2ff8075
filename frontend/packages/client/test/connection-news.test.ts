import { expect, test } from "vitest";

import { item, ITEM_ID } from "../../../testing/items.ts";
import { setUp } from "../../../testing/set-up.ts";
import { path, ready, refused, replyBySecond, watch } from "./connection-testbed.ts";

const testbed = setUp();

test("a connection that the widget has just named may be unknown to the API for two minutes", async () => {
  replyBySecond(testbed, (second) => (second < 20 ? refused(404) : ready()));
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
  replyBySecond(testbed, (second) => (second < 2 ? ready() : refused(404)));
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
  replyBySecond(testbed, (second) => (second < 30 ? { headers, body: item({ phase: "reconnect" }) } : ready()));

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
