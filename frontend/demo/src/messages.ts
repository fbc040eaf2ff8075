// What the app in the phone and the page around it say to each other. A deployed app has none of this.
import type { ConnectTokenRequest, WidgetEvent } from "@pluggy-lambda/client";

import type { Look } from "./server.ts";

/** From the app: what happens in its tab. */
export type FromApp =
  | { type: "user"; user: string | undefined }
  | { type: "opened" }
  | { type: "callback"; at: number; event: WidgetEvent }
  | { type: "request"; at: number; method: string; path: string; status: number }
  | { type: "widget"; isOpen: boolean };

/** To the app. */
export type ToApp = { type: "look"; look: Look; connectorId: number } | { type: "open"; request: ConnectTokenRequest };

export function sendToPage(message: FromApp): void {
  if (parent !== window) parent.postMessage(message, location.origin);
}

/** Calls the listener with messages of one window of this origin alone. */
export function listen<Message>(
  from: () => Window | null | undefined,
  listener: (message: Message) => void,
): () => void {
  const receive = (event: MessageEvent): void => {
    if (event.origin === location.origin && event.source !== null && event.source === from()) listener(event.data);
  };
  addEventListener("message", receive);
  return () => removeEventListener("message", receive);
}
