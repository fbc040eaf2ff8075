// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";

import { ITEM_ID } from "../../../testing/items.ts";
import { SdkStandIn } from "../../../testing/sdk.ts";
import { setUp } from "../../../testing/set-up.ts";
import { openWidget, type OpenOptions } from "../src/index.ts";

const testbed = setUp();
let sdk: SdkStandIn;
let statuses: string[];

beforeEach(() => {
  document.body.innerHTML = "<button>Connect</button>";
  sdk = new SdkStandIn();
  statuses = [];
  testbed.api.reply = ({ path }) =>
    path === "/connect-token"
      ? { body: { accessToken: "connect-token", expiresAt: "2026-11-23T12:30:00Z", connect: { language: "pt" } } }
      : { status: 202 };
});

const open = (options: OpenOptions = {}) =>
  openWidget(testbed.client(), sdk.load, { onStatus: (status) => statuses.push(status), ...options });

test("the widget opens with the token and the options of the deployment", async () => {
  open({ request: { profile: "web" } });
  await testbed.clock.settle();

  expect(testbed.api.received[0]?.body).toEqual({ profile: "web" });
  expect(sdk.widget.options).toMatchObject({ connectToken: "connect-token", language: "pt" });
  expect(statuses).toEqual([]);
  sdk.widget.load();
  await testbed.clock.settle();
  expect(statuses).toEqual(["open"]);
});

test("a widget that has loaded is not given up later", async () => {
  const onError = vi.fn();
  open({ onError });
  await testbed.clock.settle();
  sdk.widget.load();

  await testbed.clock.pass(600, 30);

  expect(onError).not.toHaveBeenCalled();
  expect(sdk.shown).toBe(1);
});

test.each([
  [undefined, 29, 2],
  [5, 4, 2],
])(
  "with the time limit %s a widget that does not load is reported, and leaves the page as it was",
  async (loadTimeout, before, after) => {
    const onError = vi.fn();
    const onClose = vi.fn();
    const page = document.body.innerHTML;
    open({ loadTimeout, onError, onClose });
    await testbed.clock.pass(before);
    expect(sdk.shown).toBe(1);
    expect(onError).not.toHaveBeenCalled();

    await testbed.clock.pass(after);

    expect(onError.mock.calls).toEqual([[expect.objectContaining({ name: "WidgetError", kind: "not-loaded" })]]);
    expect(statuses).toEqual(["failed"]);
    expect(document.body.innerHTML).toBe(page);
    // The SDK notices that it was removed.
    sdk.widget.options.onClose();
    sdk.widget.fail(new Error("Detected container element removed from DOM"));
    await testbed.clock.settle();
    expect([onError, onClose].map(({ mock }) => mock.calls.length)).toEqual([1, 0]);
  },
);

test("an endless time limit is endless", async () => {
  const onError = vi.fn();
  open({ loadTimeout: Infinity, onError });

  await testbed.clock.pass(3600, 60);

  expect(onError).not.toHaveBeenCalled();
});

test("the time limit does not run while the token is fetched", async () => {
  const onError = vi.fn();
  testbed.api.reply = () => "hang";
  openWidget(testbed.client({ fetch }), sdk.load, { loadTimeout: 5, onError });

  await testbed.clock.pass(10);

  expect(onError).not.toHaveBeenCalled();
});

test("without a token there is an ApiError and no widget", async () => {
  const onError = vi.fn();
  testbed.api.reply = () => ({ status: 429, body: { message: "Too Many Requests" } });
  open({ onError });
  await testbed.clock.settle();

  expect(onError.mock.calls).toEqual([[expect.objectContaining({ name: "ApiError", status: 429 })]]);
  expect(statuses).toEqual(["failed"]);
  expect(sdk.widgets).toEqual([]);
});

test("an SDK that cannot be loaded is reported", async () => {
  const onError = vi.fn();
  openWidget(testbed.client(), () => Promise.reject(new TypeError("Failed to fetch dynamically imported module")), {
    onError,
  });
  await testbed.clock.settle();

  expect(onError.mock.calls).toEqual([
    [expect.objectContaining({ kind: "not-loaded", cause: expect.any(TypeError) as unknown })],
  ]);
});

test("an SDK that cannot show the widget is reported, and leaves the page as it was", async () => {
  const onError = vi.fn();
  const page = document.body.innerHTML;
  open({ onError });
  await testbed.clock.settle();

  sdk.widget.fail(new Error("Expected url to be http or https url"));
  await testbed.clock.settle();

  expect(onError).toHaveBeenCalledOnce();
  expect(statuses).toEqual(["failed"]);
  expect(document.body.innerHTML).toBe(page);
});

test("a user who closes the widget before it has loaded causes no error", async () => {
  const onError = vi.fn();
  const onClose = vi.fn();
  open({ onError, onClose });
  await testbed.clock.settle();

  sdk.widget.close();
  sdk.widget.fail(new Error("Component closed"));
  await testbed.clock.pass(60);

  expect([onError, onClose].map(({ mock }) => mock.calls.length)).toEqual([0, 1]);
  expect(statuses).toEqual(["closed"]);
});

test("an app that closes it before there is a token gets no widget", async () => {
  open().close();
  await testbed.clock.pass(60);

  expect(sdk.widgets).toEqual([]);
  expect(statuses).toEqual(["closed"]);
});

test("what an app's handler of the status throws does not close the widget", async () => {
  const unhandled = vi.fn();
  process.once("unhandledRejection", unhandled);
  open({
    onStatus: () => {
      throw new Error("of the app");
    },
  });
  await testbed.clock.settle();

  sdk.widget.load();
  await vi.waitFor(() => expect(unhandled).toHaveBeenCalled());

  expect(sdk.shown).toBe(1);
});

test("an app that closes it takes it off the page, and closes once", async () => {
  const onClose = vi.fn();
  const widget = open({ onClose });
  await testbed.clock.settle();
  sdk.widget.load();
  await testbed.clock.settle();

  widget.close();
  sdk.widget.options.onClose();
  widget.close();

  expect(onClose).toHaveBeenCalledOnce();
  expect(sdk.shown).toBe(0);
  expect(statuses).toEqual(["open", "closed"]);
});

test("what happens in it is relayed and reaches the app", async () => {
  const onItem = vi.fn();
  const onEvent = vi.fn();
  const onError = vi.fn();
  open({ onItem, onEvent, onError });
  await testbed.clock.settle();
  sdk.widget.load();

  sdk.widget.options.onSuccess({ item: { id: ITEM_ID } });
  sdk.widget.options.onError({ message: "" });
  await testbed.clock.settle();

  expect(onItem.mock.calls).toContainEqual([ITEM_ID]);
  expect(onEvent.mock.calls.map(([{ event }]) => event as unknown)).toEqual(["onOpen", "onSuccess", "onError"]);
  expect(onError.mock.calls).toEqual([[expect.objectContaining({ name: "WidgetError", kind: "failed" })]]);
  // It is still there, and the user sees what it says.
  expect(sdk.shown).toBe(1);
  expect(statuses).toEqual(["open"]);
  expect(testbed.api.received.filter(({ path }) => path === "/connect-events")).toHaveLength(3);
});

test("a widget that was put aside can be shown again", async () => {
  const widget = open();
  await testbed.clock.settle();
  sdk.widget.load();
  await testbed.clock.settle();

  sdk.widget.options.onHide();
  widget.show();
  await testbed.clock.settle();
  widget.hide();
  await testbed.clock.settle();

  expect(statuses).toEqual(["open", "hidden", "open", "hidden"]);
  expect(sdk.widget.isHidden).toBe(true);
});

test("showing and hiding a widget that is not open does nothing", async () => {
  const widget = open();
  widget.show();
  widget.hide();
  widget.close();
  widget.show();
  await testbed.clock.settle();

  expect(statuses).toEqual(["closed"]);
});

test("the focus returns to where it was", async () => {
  const button = document.querySelector("button");
  button?.focus();
  open();
  await testbed.clock.settle();
  button?.blur();

  sdk.widget.close();

  expect(document.activeElement).toBe(button);
});
