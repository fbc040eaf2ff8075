import { expect, test, vi } from "vitest";

import { ITEM_ID, OTHER_ID } from "../../../testing/items.ts";
import { setUp } from "../../../testing/set-up.ts";
import { isWidgetError, widgetCallbacks, type WidgetCallbacks, type WidgetHandlers } from "../src/index.ts";

const testbed = setUp();

const item = { id: ITEM_ID, connector: { id: 201 } };
const event = (name: string, more: object = {}) => ({ event: name, timestamp: 1, ...more });

/** Everything that has been posted to /connect-events. */
const relayed = () => testbed.api.received.filter(({ path }) => path === "/connect-events").map(({ body }) => body);

function callbacks(handlers: WidgetHandlers = {}): WidgetCallbacks {
  testbed.api.reply = () => ({ status: 202 });
  return widgetCallbacks(testbed.client(), handlers);
}

class Throws {
  get item(): never {
    throw new Error("read");
  }
}

const SHAPES: [string, unknown][] = [
  ["nothing", undefined],
  ["null", null],
  ["a text", "failed"],
  ["a number", 7],
  ["NaN", NaN],
  ["true", true],
  ["a symbol", Symbol("item")],
  ["a function", () => {}],
  ["a list", []],
  ["a pair of null", [null, null]],
  ["a date", new Date(0)],
  ["an error", new Error("failed")],
  ["an empty object", {}],
  ["item undefined", { item: undefined }],
  ["item null", { item: null }],
  ["an item without id", { item: {} }],
  ["an item with a wrong id", { item: { id: 7 } }],
  ["an item with an id that is no UUID", { item: { id: "1'; DROP TABLE" } }],
  ["data null", { message: "", data: null }],
  ["data without an item", { message: "", data: {} }],
  ["a connector with the id NaN", event("ITEM_RESPONSE", { item: { id: ITEM_ID, connector: { id: NaN } } })],
  ["a connector null", event("SELECTED_INSTITUTION", { connector: null })],
  ["a connector that is a text", event("SELECTED_INSTITUTION", { connector: "201" })],
  ["an event without a name", event("")],
  ["an event that is a number", { event: 7, timestamp: 1 }],
  ["a name with spaces", event("LOGIN SUCCESS")],
  ["a name of 65 characters", event("A".repeat(65))],
  ["a timestamp that is a text", { event: "LOGIN_SUCCESS", timestamp: "1" }],
  ["a date as timestamp", { event: "LOGIN_SUCCESS", timestamp: new Date(1) }],
  ["an infinite timestamp", { event: "LOGIN_SUCCESS", timestamp: Infinity }],
  ["a value that throws when it is read", new Throws()],
  ["a proxy that is revoked", (({ proxy, revoke }) => (revoke(), proxy))(Proxy.revocable({}, {}))],
  ["an object without a prototype", Object.create(null)],
];

test.each(SHAPES)(
  "%s is relayed or ignored, whatever callback gets it, and what is relayed suits the API",
  async (_, shape) => {
    const widget = callbacks();
    const client = testbed.client();

    for (const name of ["onOpen", "onClose", "onHide", "onEvent", "onSuccess", "onError"] as const)
      (widget[name] as (what: unknown) => void)(shape);
    widget.onEvent("SUBMITTED_LOGIN", shape);
    widget.onEvent(["SUBMITTED_LOGIN", shape]);
    client.relay(shape);
    client.relay(["onSuccess", shape]);
    await testbed.clock.settle();

    // The callbacks that have a name of their own.
    expect(relayed().length).toBeGreaterThanOrEqual(5);
    for (const body of relayed() as Record<string, unknown>[]) {
      expect(body.event).toMatch(/^[A-Za-z0-9_]{1,64}$/);
      expect(body.timestamp).toBeGreaterThanOrEqual(0);
      expect(body.timestamp).toBeLessThanOrEqual(253_402_300_799_999);
      if ("itemId" in body) expect(body.itemId).toBe(ITEM_ID);
      if ("connectorId" in body) expect(body.connectorId).toBe(201);
      expect(
        Object.keys(body).filter((key) => !["event", "timestamp", "itemId", "connectorId", "code"].includes(key)),
      ).toEqual([]);
    }
  },
);

test("the callbacks need no argument at all", () => {
  const widget = callbacks();

  for (const callback of Object.values(widget) as (() => void)[]) callback();
});

test("relaying never throws, whatever fails", async () => {
  testbed.api.reply = () => "reset";
  const throws = () => {
    throw new Error("signed out");
  };

  testbed.client().relay(event("onOpen"));
  testbed.client({ userToken: throws }).relay(event("onOpen"));
  testbed.client({ language: throws }).relay(event("onOpen"));
  testbed.client({ fetch: throws }).relay(event("onOpen"));
  await testbed.clock.settle();

  expect(relayed()).toHaveLength(1);
});

test("each event names the bank that was chosen last, and nothing personal", async () => {
  const widget = callbacks();

  widget.onOpen();
  widget.onEvent(event("SELECTED_INSTITUTION", { connector: { id: 2, name: "a bank" } }));
  widget.onEvent(event("SUBMITTED_LOGIN"));
  widget.onEvent(event("ITEM_RESPONSE", { item }));
  widget.onEvent(event("ITEM_RESPONSE", { item }));
  widget.onError({ message: "of a person", data: { item: { id: ITEM_ID, executionStatus: "ACCOUNT_LOCKED" } } });
  widget.onEvent(event("SELECTED_INSTITUTION", { connector: { id: 3 } }));
  widget.onEvent(event("SELECTED_INSTITUTION", { connector: null }));
  widget.onHide();
  widget.onClose();
  await testbed.clock.settle();

  const named = (relayed() as Record<string, unknown>[]).map(({ event, itemId, connectorId, code }) => [
    event,
    itemId,
    connectorId,
    code,
  ]);
  expect(named).toEqual([
    ["onOpen", undefined, undefined, undefined],
    ["SELECTED_INSTITUTION", undefined, 2, undefined],
    ["SUBMITTED_LOGIN", undefined, 2, undefined],
    ["ITEM_RESPONSE", ITEM_ID, 201, undefined],
    ["onError", ITEM_ID, 201, "ACCOUNT_LOCKED"],
    ["SELECTED_INSTITUTION", undefined, 3, undefined],
    ["SELECTED_INSTITUTION", undefined, undefined, undefined],
    ["onHide", undefined, undefined, undefined],
    ["onClose", undefined, undefined, undefined],
  ]);
  expect(JSON.stringify(relayed())).not.toMatch(/person|a bank/);
});

test("the pair of the older widgets is relayed as the object of the newer ones", async () => {
  const widget = callbacks();

  widget.onEvent("SUBMITTED_CONSENT", { timestamp: 7 });
  testbed.client().relay(["SUBMITTED_CONSENT", { timestamp: 7 }]);
  await testbed.clock.settle();

  expect(relayed()).toEqual([
    { event: "SUBMITTED_CONSENT", timestamp: 7 },
    { event: "SUBMITTED_CONSENT", timestamp: 7 },
  ]);
});

test("the app hears of an item when it is met and whenever there may be news of it", () => {
  const onItem = vi.fn();
  const widget = callbacks({ onItem });

  widget.onEvent(event("ITEM_RESPONSE", { item }));
  widget.onEvent(event("ITEM_RESPONSE", { item }));
  expect(onItem.mock.calls).toEqual([[ITEM_ID]]);

  widget.onEvent(event("SUBMITTED_MFA"));
  widget.onEvent(event("LOGIN_SUCCESS", { item }));
  widget.onEvent(event("LOGIN_STEP_COMPLETED", { item }));
  widget.onSuccess({ item });
  widget.onError({ message: "", data: { item } });
  expect(onItem.mock.calls).toEqual(Array(5).fill([ITEM_ID]));

  widget.onEvent(event("SELECTED_INSTITUTION", { connector: { id: 3 } }));
  widget.onEvent(event("SUBMITTED_LOGIN"));
  widget.onEvent(event("ITEM_RESPONSE", { item: { id: OTHER_ID } }));
  expect(onItem.mock.calls.slice(5)).toEqual([[OTHER_ID]]);
});

test("an item is fetched whenever there may be news of it", () => {
  const client = { relay: vi.fn(), refresh: vi.fn() };
  const widget = widgetCallbacks(client, {});

  widget.onEvent(event("ITEM_RESPONSE", { item }));
  widget.onEvent(event("ITEM_RESPONSE", { item }));
  widget.onEvent(event("SUBMITTED_MFA"));
  widget.onError({ message: "", data: { item } });

  expect(client.refresh.mock.calls).toEqual([[ITEM_ID], [ITEM_ID], [ITEM_ID]]);
});

test("a success without the item, as React Native may report it, is about the item that was named before", async () => {
  const onItem = vi.fn();
  const widget = callbacks({ onItem });
  widget.onEvent(event("ITEM_RESPONSE", { item }));

  widget.onSuccess({ item: undefined });
  await testbed.clock.settle();

  expect(onItem).toHaveBeenCalledTimes(2);
  expect(relayed().at(-1)).toMatchObject({ event: "onSuccess", itemId: ITEM_ID });
});

test("an error with an item is a state of the connection, and one without is a failure of the widget", () => {
  const onError = vi.fn();
  const onItem = vi.fn();
  const widget = callbacks({ onError, onItem });

  widget.onError({ message: "of a person", data: { item } });
  expect(onError).not.toHaveBeenCalled();
  expect(onItem).toHaveBeenCalledOnce();

  widget.onError({ message: "of a person" });
  expect(onError).toHaveBeenCalledOnce();
  const error: unknown = onError.mock.calls[0]?.[0];
  expect(isWidgetError(error) && error.kind).toBe("failed");
  expect(String(error)).not.toContain("person");
});

test("what an app's handler throws does not reach the widget, and is reported", async () => {
  const thrown: unknown[] = [];
  const queue = vi.spyOn(globalThis, "queueMicrotask").mockImplementation((act) => {
    try {
      act();
    } catch (error) {
      thrown.push(error);
    }
  });
  const fails = () => {
    throw new Error("of the app");
  };
  const widget = callbacks({ onItem: fails, onEvent: fails, onError: fails, onClose: fails });

  widget.onSuccess({ item });
  widget.onError();
  widget.onClose();
  await testbed.clock.settle();

  expect(thrown).toHaveLength(7);
  expect(relayed()).toHaveLength(3);
  queue.mockRestore();
});

test("events are sent so that they outlive the page", () => {
  const sent: (RequestInit | undefined)[] = [];
  testbed
    .client({
      userToken: undefined,
      fetch: (_, init) => (sent.push(init), Promise.resolve(new Response(null, { status: 202 }))),
    })
    .relay(event("onClose"));

  return vi.waitFor(() => expect(sent[0]?.keepalive).toBe(true));
});
