import {
  type OpenOptions,
  type Visibility,
  type WidgetCallbacks,
  widgetCallbacks,
  WidgetError,
  type WidgetOptions,
} from "@pluggy-lambda/client";
import { type ReactElement, type ReactNode, useEffect, useRef, useState } from "react";
import { PluggyConnect } from "react-native-pluggy-connect";

import { useLatest } from "./latest.ts";
import { usePluggyClient } from "./provider.tsx";

export {
  type ActionKind,
  ApiError,
  type ConnectionsState,
  type ConnectionState,
  type ConnectTokenRequest,
  createPluggyClient,
  describe,
  isApiError,
  isWidgetError,
  type Item,
  type Language,
  type Phase,
  type PluggyClient,
  type PluggyClientOptions,
  type View,
  type Visibility,
  WidgetError,
  type WidgetEvent,
} from "@pluggy-lambda/client";
export { PluggyProvider, type PluggyProviderProps, usePluggyClient } from "./provider.tsx";
export { type NoConnection, useConnection } from "./use-connection.ts";
export { useConnections } from "./use-connections.ts";

export interface ConnectScreenProps extends Omit<OpenOptions, "onStatus"> {
  /** Shown until there is a token. */
  fallback?: ReactNode;
}

const LOAD_TIMEOUT_SECONDS = 30;

/**
 * The widget, for a screen of its own, which it fills. The newest render's callbacks are called; a new `request`
 * needs a new `key`. Leave the screen on `onClose` and on `onError`.
 */
export function ConnectScreen(props: ConnectScreenProps): ReactElement {
  const client = usePluggyClient();
  const latest = useLatest(props);
  const [widget, setWidget] = useState<WidgetOptions & WidgetCallbacks>();
  const isStarted = useRef(false);
  const isMounted = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    const app = (): Partial<ConnectScreenProps> => (isMounted.current ? latest.current : {});

    async function start(): Promise<void> {
      const options = await client.createConnectToken(latest.current.request);
      if (!isMounted.current) return;
      // The package reports nothing where the widget does not load.
      const giveUp = () => app().onError?.(new WidgetError("not-loaded", "The widget did not load in time"));
      timer.current = setTimeout(
        giveUp,
        Math.min(latest.current.loadTimeout ?? LOAD_TIMEOUT_SECONDS, 2 ** 31 / 1000 - 1) * 1000,
      );
      const callbacks = widgetCallbacks(client, {
        onItem: (itemId) => app().onItem?.(itemId),
        onEvent(event) {
          clearTimeout(timer.current);
          app().onEvent?.(event);
        },
        onError: (error) => app().onError?.(error),
        onClose: () => app().onClose?.(),
      });
      setWidget({ ...options, ...callbacks });
    }

    isMounted.current = true;
    // React's StrictMode mounts twice. One token is enough.
    if (!isStarted.current) start().catch((error) => app().onError?.(error));
    isStarted.current = true;
    return () => {
      isMounted.current = false;
      clearTimeout(timer.current);
    };
  }, [client, latest]);

  return widget ? <PluggyConnect {...widget} /> : <>{props.fallback}</>;
}

/** React Native's `AppState`, as far as it is needed. */
export interface AppStateLike {
  readonly currentState: string | null;
  addEventListener: (type: "change", listener: () => void) => { remove: () => void };
}

/** Returns the visibility of a React Native app: `createPluggyClient({ visibility: appVisibility(AppState) })`. */
export function appVisibility(appState: AppStateLike): Visibility {
  return {
    // While iOS shows the app switcher the state is `inactive`.
    isVisible: () => appState.currentState !== "background",
    subscribe(listener) {
      const subscription = appState.addEventListener("change", listener);
      return () => subscription.remove();
    },
  };
}
