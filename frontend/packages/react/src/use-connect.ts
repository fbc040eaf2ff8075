import {
  type ApiError,
  type ConnectTokenRequest,
  type OpenOptions,
  openWidget,
  type PluggyClient,
  type Widget,
  type WidgetError,
} from "@pluggy-lambda/client";
import { useCallback, useEffect, useRef, useState } from "react";

import { useLatest } from "./latest.ts";
import { usePluggyClient } from "./provider.tsx";

/** The newest render's callbacks are called. Another `request` counts from the next opening. */
export type ConnectOptions = Omit<OpenOptions, "onStatus">;

interface State {
  /** `failed`: it could not be opened, `error` says why. `hidden`: the user put it aside, `show` brings it back. */
  status: "idle" | "opening" | "open" | "hidden" | "failed";
  /** What was reported last, until the next opening. */
  error: ApiError | WidgetError | undefined;
  /** The item that the widget named last: for `useConnection`. */
  itemId: string | undefined;
}

export interface Connect extends State {
  /** Opens the widget, with the fields of a request besides those of the options. Does nothing while it is open. */
  open: (request?: ConnectTokenRequest) => void;
  close: () => void;
  show: () => void;
  hide: () => void;
}

const IDLE: State = { status: "idle", error: undefined, itemId: undefined };

/** Opens the widget. It is closed when the component goes. */
export function useConnect(options: ConnectOptions = {}): Connect {
  const client = usePluggyClient();
  const latest = useLatest(options);
  const [state, setState] = useState(IDLE);
  const opening = useRef<{ client: PluggyClient; widget: Widget }>(undefined);
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isMounted = useRef(false);

  useEffect(() => {
    isMounted.current = true;
    clearTimeout(leaving.current);
    // Another user has signed in.
    if (opening.current && opening.current.client !== client) opening.current.widget.close();
    return () => {
      // One tick later, because React's StrictMode unmounts and mounts again.
      leaving.current = setTimeout(() => {
        isMounted.current = false;
        opening.current?.widget.close();
      });
    };
  }, [client]);

  const open = useCallback(
    (request?: ConnectTokenRequest) => {
      if (opening.current) return;
      const app = (): ConnectOptions => (isMounted.current ? latest.current : {});
      const change = (change: Partial<State>) => setState((state) => ({ ...state, ...change }));
      setState({ ...IDLE, status: "opening" });
      const widget = openWidget(client, () => import("pluggy-connect-sdk"), {
        request: { ...latest.current.request, ...(isRequest(request) ? request : {}) },
        loadTimeout: latest.current.loadTimeout,
        onItem(itemId) {
          change({ itemId });
          app().onItem?.(itemId);
        },
        onEvent: (event) => app().onEvent?.(event),
        onClose: () => app().onClose?.(),
        onError(error) {
          change({ error });
          app().onError?.(error);
        },
        onStatus(status) {
          if (status === "closed" || status === "failed") opening.current = undefined;
          change({ status: status === "closed" ? "idle" : status });
        },
      });
      opening.current = { client, widget };
    },
    [client, latest],
  );
  const close = useCallback(() => opening.current?.widget.close(), []);
  const show = useCallback(() => opening.current?.widget.show(), []);
  const hide = useCallback(() => opening.current?.widget.hide(), []);

  return { ...state, open, close, show, hide };
}

/** Returns whether a value is a request. As a handler of clicks, `open` gets an event in place of one. */
function isRequest(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
