// Named, since Next.js refuses `export *` in a module for the client.
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
  type ProblemType,
  type View,
  type Visibility,
  WidgetError,
  type WidgetEvent,
} from "@pluggy-lambda/client";
export { ConnectButton, type ConnectButtonProps } from "./connect-button.tsx";
export { PluggyProvider, type PluggyProviderProps, usePluggyClient } from "./provider.tsx";
export { type Connect, type ConnectOptions, useConnect } from "./use-connect.ts";
export { type NoConnection, useConnection } from "./use-connection.ts";
export { useConnections } from "./use-connections.ts";
