import { WidgetError } from "./errors.ts";
import { member } from "./json.ts";

/** What an app does with the widget's callbacks. */
export interface WidgetHandlers {
  /** The widget has named an item, or there may be news of it. Show `client.connection(itemId)`. */
  onItem?: ((itemId: string) => void) | undefined;
  /** Whatever happens in the widget, reduced to ids: for your own statistics. */
  onEvent?: ((event: WidgetEvent) => void) | undefined;
  /** The widget failed. A connection that failed is no failure of the widget: its state says so. */
  onError?: ((error: WidgetError) => void) | undefined;
  /** The widget is closed. Nothing follows from it for the connection. */
  onClose?: (() => void) | undefined;
}

/** A callback of the widget or an event of `onEvent`, without anything personal. */
export interface WidgetEvent {
  event: string;
  /** In milliseconds since 1970. */
  timestamp: number;
  itemId?: string | undefined;
  connectorId?: number | undefined;
  code?: string | undefined;
}

/** Callbacks that fit every package of the widget, whatever it calls them with. */
export interface WidgetCallbacks {
  onOpen: () => void;
  onClose: () => void;
  onHide: () => void;
  onEvent: (...what: unknown[]) => void;
  onSuccess: (what?: unknown) => void;
  onError: (what?: unknown) => void;
}

/** After these an item that was met before may change, even one that had settled. */
const NEWS = new Set(["SUBMITTED_LOGIN", "SUBMITTED_MFA", "LOGIN_SUCCESS", "LOGIN_MFA_SUCCESS"]);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const EVENT = /^\w{1,64}$/;
const CODE = /^[A-Z0-9_]{1,64}$/;
const LARGEST_CONNECTOR_ID = 2 ** 31;
const LATEST_TIMESTAMP = 253_402_300_799_999;

/** Returns callbacks for one opening of the widget. They relay what happens, and fetch what may have changed. */
export function widgetCallbacks(
  client: { relay: (event: WidgetEvent) => void; refresh: (itemId: string) => void },
  handlers: WidgetHandlers,
): WidgetCallbacks {
  // The item and the bank that the widget is about. Most events do not name them.
  let itemId: string | undefined;
  let connectorId: number | undefined;

  function relay(event: WidgetEvent): void {
    connectorId = event.connectorId ?? connectorId;
    client.relay({ ...event, connectorId });
    callApp(handlers.onEvent, { ...event, connectorId });
  }

  function refresh(id: string): void {
    itemId = id;
    client.refresh(id);
    callApp(handlers.onItem, id);
  }

  /** Handles `onSuccess` and `onError`. A package may leave out the item: then it is the one that was named before. */
  function end(name: string, what: unknown): WidgetEvent {
    const event = readEvent([name, what]) ?? { event: name, timestamp: Date.now() };
    const about = event.itemId ?? itemId;
    relay({ ...event, itemId: about });
    if (about !== undefined) refresh(about);
    return event;
  }

  return {
    onOpen: () => relay({ event: "onOpen", timestamp: Date.now() }),
    onClose() {
      relay({ event: "onClose", timestamp: Date.now() });
      callApp(handlers.onClose);
    },
    onHide: () => relay({ event: "onHide", timestamp: Date.now() }),
    onEvent(...what) {
      // Up to version 1 the widget gave a name and the rest.
      const event = readEvent(typeof what[0] === "string" ? what : what[0]);
      if (!event) return;
      if (event.event === "SELECTED_INSTITUTION") itemId = connectorId = undefined;
      const isNew = event.itemId !== undefined && event.itemId !== itemId;
      // The widget polls: ITEM_RESPONSE comes every few seconds, and only the first is news.
      if (event.event !== "ITEM_RESPONSE" || isNew) relay(event);
      const about = event.itemId ?? itemId;
      if (about !== undefined && (isNew || NEWS.has(event.event))) refresh(about);
    },
    onSuccess: (what) => void end("onSuccess", what),
    onError(what) {
      // With an item it is a state of the connection. Without one the widget failed. Its message may name somebody.
      if (end("onError", what).itemId === undefined)
        callApp(handlers.onError, new WidgetError("failed", "The widget reported a failure"));
    },
  };
}

/** Returns what the API takes of an event: an object, or the pair of a name and the rest. Undefined without a name. */
export function readEvent(given: unknown): WidgetEvent | undefined {
  try {
    const [event, what]: unknown[] = Array.isArray(given) ? given : [member(given, "event"), given];
    if (typeof event !== "string" || !EVENT.test(event)) return undefined;
    const item = member(what, "item") ?? member(member(what, "data"), "item");
    const itemIds = [member(what, "itemId"), member(item, "id")];
    const connectorIds = [
      member(what, "connectorId"),
      ...[what, item].map((of) => member(member(of, "connector"), "id")),
    ];
    const codes = [member(what, "code"), member(item, "executionStatus")];
    return {
      event,
      timestamp: [member(what, "timestamp")].find(isTimestamp) ?? Date.now(),
      itemId: itemIds.find((id): id is string => typeof id === "string" && UUID.test(id)),
      connectorId: connectorIds.find(isConnectorId),
      code: codes.find((code): code is string => typeof code === "string" && CODE.test(code)),
    };
  } catch {
    return undefined; // Of a value that throws when it is read.
  }
}

function isConnectorId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= LARGEST_CONNECTOR_ID;
}

function isTimestamp(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= LATEST_TIMESTAMP;
}

/** Calls a handler of the app. What it throws is reported as uncaught, and does not reach the widget. */
function callApp<Arguments extends unknown[]>(
  handler: ((...given: Arguments) => void) | undefined,
  ...given: Arguments
): void {
  try {
    handler?.(...given);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
