import type { PluggyClient } from "./client.ts";
import { isApiError, WidgetError, type ApiError } from "./errors.ts";
import { widgetCallbacks, type WidgetCallbacks, type WidgetHandlers } from "./relay.ts";
import type { ConnectTokenRequest, WidgetOptions } from "./schemas.ts";

/** What `pluggy-connect-sdk` exports, as far as it is needed. */
export interface Sdk {
  PluggyConnect: new (options: WidgetOptions & WidgetCallbacks) => SdkWidget;
}

interface SdkWidget {
  init: (container?: HTMLElement) => Promise<void>;
  show: () => Promise<void>;
  hide: () => Promise<void>;
}

export type WidgetStatus = "open" | "hidden" | "closed" | "failed";

export interface OpenOptions extends Omit<WidgetHandlers, "onError"> {
  /** What to ask of `POST /connect-token`; by default a new connection. */
  request?: ConnectTokenRequest | undefined;
  /** The seconds after which a widget that has not loaded is given up; by default 30. */
  loadTimeout?: number | undefined;
  /** There is no token, or the widget failed. With the status `failed` the widget is gone. */
  onError?: ((error: ApiError | WidgetError) => void) | undefined;
  onStatus?: ((status: WidgetStatus) => void) | undefined;
}

/** An opening of the widget. */
export interface Widget {
  close: () => void;
  /** Shows a hidden widget. */
  show: () => void;
  hide: () => void;
}

const LOAD_TIMEOUT_SECONDS = 30;
/** A browser takes a longer delay for none. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Opens the widget over the page: `openWidget(client, () => import("pluggy-connect-sdk"), { onItem })`. The SDK is
 * loaded then, because it needs a browser.
 */
export function openWidget(client: PluggyClient, loadSdk: () => Promise<Sdk>, options: OpenOptions = {}): Widget {
  const focused = document.activeElement;
  const container = document.createElement("div");
  let sdkWidget: SdkWidget | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;

  function end(status: "closed" | "failed"): boolean {
    if (isOver) return false;
    isOver = true;
    clearTimeout(timer);
    // The SDK notices it and cleans up, also where the widget did not load. Its `destroy` closes every widget and
    // blocks scrolling permanently.
    container.remove();
    if (document.activeElement === document.body && focused instanceof HTMLElement)
      focused.focus({ preventScroll: true });
    options.onStatus?.(status);
    return true;
  }

  function close(): void {
    if (end("closed")) options.onClose?.();
  }

  function fail(error: ApiError | WidgetError): void {
    if (end("failed")) options.onError?.(error);
  }

  async function open(): Promise<void> {
    const loading = loadSdk();
    loading.catch(() => {}); // It is awaited below.
    const token = await client.createConnectToken(options.request);
    const giveUp = () => fail(new WidgetError("not-loaded", "The widget did not load in time"));
    timer = setTimeout(giveUp, Math.min((options.loadTimeout ?? LOAD_TIMEOUT_SECONDS) * 1000, LONGEST_TIMEOUT_MS));
    const { PluggyConnect } = await loading;
    if (isOver) return;
    const callbacks = widgetCallbacks(client, {
      onItem: (itemId) => options.onItem?.(itemId),
      onEvent: (event) => options.onEvent?.(event),
      onError: (error) => options.onError?.(error),
      onClose: close,
    });
    document.body.append(container);
    const widget = new PluggyConnect({ ...token, ...callbacks, onHide: () => (callbacks.onHide(), report("hidden")) });
    await widget.init(container);
    if (isOver) return;
    sdkWidget = widget;
    clearTimeout(timer);
  }

  function report(status: "open" | "hidden"): void {
    if (!isOver) options.onStatus?.(status);
  }

  /** Shows or hides the widget. The SDK rejects where there is none any more. */
  function turn(action: "show" | "hide", status: "open" | "hidden"): void {
    sdkWidget?.[action]().then(
      () => report(status),
      () => {},
    );
  }

  open().then(
    () => report("open"),
    (error: unknown) =>
      fail(isApiError(error) ? error : new WidgetError("not-loaded", "The widget could not be loaded", error)),
  );
  return { close, show: () => turn("show", "open"), hide: () => turn("hide", "hidden") };
}
