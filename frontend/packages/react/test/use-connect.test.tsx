// @vitest-environment jsdom
import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { useEffect } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ITEM_ID } from "../../../testing/items.ts";
import { SdkStandIn } from "../../../testing/sdk.ts";
import { setUp } from "../../../testing/set-up.ts";
import { ConnectButton, type Connect, type ConnectOptions, useConnect } from "../src/index.ts";
import { renderStrictly } from "./render.tsx";

const loaded = vi.hoisted(() => ({ sdk: undefined as { PluggyConnect: unknown } | undefined }));
vi.mock("pluggy-connect-sdk", () => ({
  get PluggyConnect() {
    return loaded.sdk?.PluggyConnect;
  },
}));

const testbed = setUp();
let sdk: SdkStandIn;
let connect: Connect;

beforeEach(() => {
  loaded.sdk = sdk = new SdkStandIn();
  testbed.api.reply = ({ path }) =>
    path === "/connect-token"
      ? { body: { accessToken: "connect-token", expiresAt: "2026-11-23T12:30:00Z", connect: {} } }
      : { status: 202 };
});

afterEach(cleanup);

const settle = () => act(() => testbed.clock.settle());
const pass = (seconds: number) => act(() => testbed.clock.pass(seconds));
const tokenRequests = () =>
  testbed.api.received.filter(({ path }) => path === "/connect-token").map(({ body }) => body);

/** Shows a hook's status. `onMount` acts in an effect. */
function Hook({ onMount, ...options }: ConnectOptions & { onMount?: (connect: Connect) => void }) {
  const own = useConnect(options);
  connect = own;
  useEffect(() => onMount?.(own), []);
  return <p>{own.status}</p>;
}

const status = () => screen.getByRole("paragraph").textContent;

async function open(): Promise<void> {
  act(() => connect.open());
  await settle();
}

async function load(): Promise<void> {
  sdk.widget.load();
  await settle();
}

test("the widget opens when the app asks for it, and not before", async () => {
  renderStrictly(testbed.client(), <Hook request={{ profile: "web" }} />);
  await settle();
  expect(status()).toBe("idle");
  expect(testbed.api.received).toEqual([]);

  act(() => connect.open());
  expect(status()).toBe("opening");
  await settle();
  await load();

  expect(status()).toBe("open");
  expect(tokenRequests()).toEqual([{ profile: "web" }]);
  expect(sdk.shown).toBe(1);
});

test("opening it again while it opens, or is open, does nothing", async () => {
  renderStrictly(testbed.client(), <Hook />);
  act(() => {
    connect.open();
    connect.open();
  });
  await open();
  await load();
  await open();

  expect(tokenRequests()).toHaveLength(1);
  expect(sdk.widgets).toHaveLength(1);
});

test("an app that opens it in an effect gets one widget and one token under StrictMode", async () => {
  renderStrictly(testbed.client(), <Hook onMount={({ open }) => open()} />);
  await settle();
  await load();
  await pass(1);

  expect(tokenRequests()).toHaveLength(1);
  expect(sdk.shown).toBe(1);
  expect(status()).toBe("open");
});

test("what the widget says reaches the callbacks of the newest render", async () => {
  const older = vi.fn();
  const newer = vi.fn();
  const { show } = renderStrictly(
    testbed.client(),
    <Hook onItem={older} onEvent={older} onError={older} onClose={older} />,
  );
  await open();
  older.mockClear();

  show(<Hook onItem={newer} onEvent={newer} onError={newer} onClose={newer} />);
  act(() => {
    sdk.widget.options.onSuccess({ item: { id: ITEM_ID } });
    sdk.widget.options.onError();
    sdk.widget.close();
  });

  expect(older).not.toHaveBeenCalled();
  expect(newer.mock.calls.map(([what]) => (what as { event?: string } | undefined)?.event ?? what)).toEqual([
    "onSuccess",
    ITEM_ID,
    "onError",
    ITEM_ID,
    expect.objectContaining({ name: "WidgetError" }),
    "onClose",
    undefined,
  ]);
});

test("the widget is closed when its component goes, and the app hears nothing more", async () => {
  const heard = vi.fn();
  const { unmount } = renderStrictly(
    testbed.client(),
    <Hook onItem={heard} onEvent={heard} onError={heard} onClose={heard} />,
  );
  await open();
  await load();
  heard.mockClear();
  const { options } = sdk.widget;

  unmount();
  await pass(1);
  expect(sdk.shown).toBe(0);

  options.onSuccess({ item: { id: ITEM_ID } });
  options.onClose();
  expect(heard).not.toHaveBeenCalled();
});

test("a component that goes before there is a token leaves no widget", async () => {
  const { unmount } = renderStrictly(testbed.client(), <Hook />);
  act(() => connect.open());
  unmount();
  await pass(60);

  expect(sdk.shown).toBe(0);
});

test("the widget of one user is closed when another signs in", async () => {
  const onClose = vi.fn();
  const { show } = renderStrictly(testbed.client(), <Hook onClose={onClose} />);
  await open();
  await load();

  show(<Hook onClose={onClose} />, testbed.client());
  await settle();

  expect(sdk.shown).toBe(0);
  expect(status()).toBe("idle");
  expect(onClose).toHaveBeenCalledOnce();
});

test("a widget that does not load within the time limit is a failure, and can be opened again", async () => {
  const onError = vi.fn();
  renderStrictly(testbed.client(), <Hook loadTimeout={5} onError={onError} />);
  await open();

  await pass(6);
  expect(status()).toBe("failed");
  expect(connect.error).toMatchObject({ name: "WidgetError", kind: "not-loaded" });
  expect(onError).toHaveBeenCalledOnce();
  expect(sdk.shown).toBe(0);

  await open();
  expect(status()).toBe("opening");
  expect(connect.error).toBeUndefined();
  expect(sdk.shown).toBe(1);
});

test("without a token there is a failure with its reason", async () => {
  testbed.api.reply = () => ({
    status: 503,
    headers: { "retry-after": "7" },
    body: { title: "Service Unavailable", requestId: "the-request" },
  });
  renderStrictly(testbed.client(), <Hook />);

  await open();

  expect(status()).toBe("failed");
  expect(connect.error).toMatchObject({ name: "ApiError", status: 503, retryAfter: 7, requestId: "the-request" });
});

test("the item that the widget names is there to show, until the next opening", async () => {
  renderStrictly(testbed.client(), <Hook />);
  await open();
  act(() => sdk.widget.options.onEvent({ event: "ITEM_RESPONSE", timestamp: 1, item: { id: ITEM_ID } }));
  expect(connect.itemId).toBe(ITEM_ID);

  act(() => sdk.widget.close());
  expect(status()).toBe("idle");
  expect(connect.itemId).toBe(ITEM_ID);

  await open();
  expect(connect.itemId).toBeUndefined();
});

test("an app may open it again as soon as it is closed", async () => {
  const onClose = vi.fn(() => connect.open());
  renderStrictly(testbed.client(), <Hook onClose={onClose} />);
  await open();

  act(() => sdk.widget.close());
  await settle();

  expect(sdk.widgets).toHaveLength(2);
  expect(sdk.shown).toBe(1);
});

test("a request of the moment adds to that of the options, and a click event is none", async () => {
  renderStrictly(testbed.client(), <Hook request={{ profile: "web" }} />);
  act(() => connect.open({ itemId: ITEM_ID }));
  await settle();
  act(() => sdk.widget.close());
  act(() => (connect.open as (event: unknown) => void)(new MouseEvent("click")));
  await settle();

  expect(tokenRequests()).toEqual([{ profile: "web", itemId: ITEM_ID }, { profile: "web" }]);
});

test("a widget that the user put aside is hidden, and comes back", async () => {
  renderStrictly(testbed.client(), <Hook />);
  await open();
  await load();

  act(() => sdk.widget.options.onHide());
  expect(status()).toBe("hidden");
  act(() => connect.show());
  await settle();
  expect(status()).toBe("open");
  act(() => connect.hide());
  await settle();
  expect(sdk.widget.isHidden).toBe(true);
});

test("what a hook returns to open, close, show and hide stays the same", async () => {
  const { show } = renderStrictly(testbed.client(), <Hook />);
  const { open, close, show: showWidget, hide } = connect;

  show(<Hook onClose={() => {}} />);

  expect([connect.open, connect.close, connect.show, connect.hide]).toEqual([open, close, showWidget, hide]);
});

test("a button opens the widget with one click", async () => {
  renderStrictly(testbed.client(), <ConnectButton request={{ profile: "web" }} className="primary" />);
  const button = screen.getByRole("button", { name: "Conectar um banco" });

  fireEvent.click(button);
  expect(button.ariaBusy ?? button.getAttribute("aria-busy")).toBe("true");
  await settle();

  expect(tokenRequests()).toEqual([{ profile: "web" }]);
  expect(sdk.shown).toBe(1);
  expect(button).toMatchObject({ type: "button", className: "primary" });
});

test("a button speaks the client's language, or shows what it is given", () => {
  const { show } = renderStrictly(testbed.client({ language: "en" }), <ConnectButton />);
  expect(screen.getByRole("button").textContent).toBe("Connect a bank");

  show(<ConnectButton>Link an account</ConnectButton>);
  expect(screen.getByRole("button").textContent).toBe("Link an account");
});

test("an element of the app's own becomes the button, and its own handler is called first", async () => {
  const calls: string[] = [];
  const own = () => calls.push(`own, ${tokenRequests().length} requests`);
  renderStrictly(
    testbed.client(),
    <ConnectButton>
      <a href="#connect" onClick={own}>
        Connect
      </a>
    </ConnectButton>,
  );

  fireEvent.click(screen.getByRole("link"));
  await settle();

  expect(calls).toEqual(["own, 0 requests"]);
  expect(sdk.shown).toBe(1);
  expect(screen.queryByRole("button")).toBeNull();
});

test.each([
  ["a plain button", (prevent: () => void) => <ConnectButton onClick={prevent} />],
  [
    "an element of its own",
    (prevent: () => void) => (
      <ConnectButton>
        <button onClick={prevent} />
      </ConnectButton>
    ),
  ],
])("an app that prevents the click of %s opens nothing", async (_, button) => {
  renderStrictly(
    testbed.client(),
    button(((event: { preventDefault: () => void }) => event.preventDefault()) as () => void),
  );

  fireEvent.click(screen.getByRole("button"));
  await settle();

  expect(testbed.api.received).toEqual([]);
});
