import type { ConnectEventPayload, PluggyConnectProps } from "pluggy-connect-sdk/dist/module/pluggy-connect";
import type { Item } from "pluggy-js";

/** An event without its time. */
type Event = ConnectEventPayload extends infer Payload ? (Payload extends unknown ? Omit<Payload, "timestamp"> : never) : never;

/** The app that opened the widget. */
export interface Host {
  event: (event: Event) => void;
  success: (item: Item) => void;
  error: (message: string, item?: Item) => void;
  close: () => void;
  hide: () => void;
}

/** What zoid gives to the page in the frame, beside the app's props. */
export interface Frame {
  close: () => Promise<void>;
  hide: () => Promise<void>;
}

export function hostOf(props: PluggyConnectProps, frame: Frame): Host {
  return {
    event: (event) => call(() => props.onEvent?.({ ...event, timestamp: Date.now() } as ConnectEventPayload)),
    success: (item) => call(() => props.onSuccess?.({ item })),
    error: (message, item) => call(() => props.onError?.(item ? { message, data: { item } } : { message })),
    close: () => call(() => frame.close()),
    hide() {
      call(() => frame.hide());
      call(() => props.onHide?.());
      // The SDK lets the app's page scroll again. It compares the origin with its `url`.
      parent.postMessage(JSON.stringify({ type: "CONTINUE_IN_BACKGROUND" }), "*");
    },
  };
}

/** Calls the app. What its callbacks throw is the app's: it is reported there. */
function call(callback: () => unknown): void {
  Promise.resolve()
    .then(callback)
    .catch(() => {});
}
