// @vitest-environment jsdom
import { act, cleanup, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { item, ITEM_ID } from "../../../testing/items.ts";
import { setUp } from "../../../testing/set-up.ts";
import {
  appVisibility,
  ConnectScreen,
  type ConnectScreenProps,
  useConnection,
  type WidgetError,
} from "../src/native.tsx";
import { renderStrictly } from "./render.tsx";

type Props = Record<"onOpen" | "onClose" | "onHide" | "onSuccess" | "onError" | "onEvent", (what?: unknown) => void> & {
  connectToken: string;
};

// The package needs a phone. As it does, the stand-in keeps the callbacks of its first render.
const native = vi.hoisted(() => ({ first: undefined as unknown, renders: 0 }));
vi.mock("react-native-pluggy-connect", () => ({
  PluggyConnect(props: unknown) {
    native.first ??= props;
    native.renders += 1;
    return <p>the widget</p>;
  },
}));

const testbed = setUp();
const widget = () => native.first as Props;

beforeEach(() => {
  native.first = undefined;
  testbed.api.reply = ({ path }) =>
    path === "/connect-token"
      ? { body: { accessToken: "connect-token", expiresAt: "", connect: { language: "pt" } } }
      : { status: 202 };
});

afterEach(cleanup);

const settle = () => act(() => testbed.clock.settle());
const pass = (seconds: number) => act(() => testbed.clock.pass(seconds));
const show = (props: ConnectScreenProps = {}, client = testbed.client()) =>
  renderStrictly(client, <ConnectScreen {...props} />);

test("the screen asks for one token, and shows the widget with it", async () => {
  show({ request: { profile: "mobile" }, fallback: <i>wait</i> });
  expect(document.body.textContent).toBe("wait");
  await settle();

  expect(screen.getByText("the widget")).toBeDefined();
  expect(widget()).toMatchObject({ connectToken: "connect-token", language: "pt" });
  expect(testbed.api.received.map(({ body }) => body)).toEqual([{ profile: "mobile" }]);
});

test("the callbacks of the newest render are called, though the package keeps those of its first", async () => {
  const older = vi.fn();
  const newer = vi.fn();
  const { show: showAgain } = show({ onItem: older, onClose: older });
  await settle();

  showAgain(<ConnectScreen onItem={newer} onClose={newer} />);
  widget().onEvent({ event: "ITEM_RESPONSE", timestamp: 1, item: { id: ITEM_ID, connector: { id: NaN } } });
  widget().onSuccess({ item: undefined });
  widget().onClose();

  expect(older).not.toHaveBeenCalled();
  expect(newer.mock.calls).toEqual([[ITEM_ID], [ITEM_ID], []]);
});

test("a widget that does not load within the time limit is reported once", async () => {
  const onError = vi.fn<(error: Error) => void>();
  show({ loadTimeout: 5, onError });
  await settle();

  await pass(60);

  expect(onError).toHaveBeenCalledOnce();
  expect(onError.mock.calls[0]?.[0] as WidgetError).toMatchObject({ name: "WidgetError", kind: "not-loaded" });
});

test("a widget that says anything has loaded", async () => {
  const onError = vi.fn();
  show({ loadTimeout: 5, onError });
  await settle();

  widget().onOpen();
  await pass(60);

  expect(onError).not.toHaveBeenCalled();
});

test("without a token the app hears why, and its screen stays", async () => {
  testbed.api.reply = () => ({ status: 403, body: { message: "Forbidden" } });
  const onError = vi.fn();
  show({ onError, fallback: <i>wait</i> });
  await settle();

  expect(onError.mock.calls).toEqual([[expect.objectContaining({ name: "ApiError", status: 403 })]]);
  expect(document.body.textContent).toBe("wait");
});

test("a screen that the user has left reports nothing", async () => {
  const heard = vi.fn();
  const { unmount } = show({ loadTimeout: 5, onError: heard, onItem: heard, onEvent: heard, onClose: heard });
  await settle();
  unmount();
  await pass(60);
  widget().onSuccess({ item: { id: ITEM_ID } });
  widget().onClose();

  expect(heard).not.toHaveBeenCalled();
});

test("a phone's app fetches while it is in front, and again when it returns", async () => {
  const listeners = new Set<() => void>();
  const appState = {
    currentState: "active",
    addEventListener: (_: "change", listener: () => void) => (
      listeners.add(listener),
      { remove: () => void listeners.delete(listener) }
    ),
  };
  const change = (state: string) =>
    act(() => ((appState.currentState = state), listeners.forEach((listener) => listener())));
  const Connection = () => <p>{useConnection(ITEM_ID).item?.phase}</p>;
  testbed.api.reply = () => ({ headers: { "retry-after": "3" }, body: item({ phase: "updating" }) });
  const { unmount } = renderStrictly(testbed.client({ visibility: appVisibility(appState) }), <Connection />);
  await pass(1);

  change("background");
  await pass(60);
  expect(testbed.api.received).toHaveLength(1);

  change("active");
  await pass(1);
  expect(testbed.api.received).toHaveLength(2);
  unmount();
  await pass(1);
  expect(listeners.size).toBe(0);
});
