import type { ConnectEventPayload } from "pluggy-connect-sdk";
import type { ConnectApi } from "./connect-api";

interface WidgetItem {
  id: string;
  connector?: { id: number } | null;
}

interface WidgetEvent {
  event: string;
  timestamp?: number;
  item?: WidgetItem;
  connectorId?: number;
  code?: string;
}

interface WidgetError {
  message: string;
  data?: { item: WidgetItem & { executionStatus?: string } };
}

/** After these an item that was met before may change, even one that had settled. */
const NEWS = new Set(["SUBMITTED_LOGIN", "SUBMITTED_MFA", "LOGIN_SUCCESS", "LOGIN_MFA_SUCCESS"]);

/** Tells the backend what the widget said. Nobody waits for it, and nothing depends on its arrival. */
export function relay(api: ConnectApi, { event, timestamp, item, connectorId, code }: WidgetEvent): void {
  const body = { event, timestamp: timestamp ?? Date.now(), itemId: item?.id, connectorId, code };
  // `keepalive` lets the request outlive the page, if the user's token is at hand: renewing it first takes too long.
  api.POST("/connect-events", { body, keepalive: true }).catch(() => undefined);
}

/**
 * `onItem` is called with an item when the widget first names it, and again whenever it may have changed: (re)start to watch it.
 * `onLoadError` is called when the widget failed before there was one.
 */
export function widgetCallbacks(api: ConnectApi, onItem: (itemId: string) => void, onLoadError: () => void) {
  // The item and the bank that the widget is about. Most events do not name them.
  let itemId: string | undefined;
  let connectorId: number | undefined;
  const tell = (event: WidgetEvent): void => {
    connectorId = event.item?.connector?.id ?? connectorId;
    relay(api, { ...event, connectorId });
  };
  return {
    onOpen: () => tell({ event: "onOpen" }),
    onClose: () => tell({ event: "onClose" }),
    onHide: () => tell({ event: "onHide" }),
    onEvent: (payload: ConnectEventPayload) => {
      if (payload.event === "SELECTED_INSTITUTION") {
        connectorId = payload.connector?.id;
        itemId = undefined;
      }
      const { event, timestamp } = payload;
      const item = "item" in payload ? payload.item : undefined;
      const met = item !== undefined && item.id !== itemId;
      itemId = item?.id ?? itemId;
      // The widget polls: ITEM_RESPONSE comes every few seconds, and only the first is news.
      if (event !== "ITEM_RESPONSE" || met) tell({ event, timestamp, item });
      if (itemId && (met || NEWS.has(event))) onItem(itemId);
    },
    onSuccess: ({ item }: { item: WidgetItem }) => {
      tell({ event: "onSuccess", item });
      itemId = item.id;
      onItem(item.id);
    },
    onError: (error: WidgetError) => {
      const item = error.data?.item; // Absent when the widget itself failed.
      tell({ event: "onError", item, code: item?.executionStatus });
      itemId = item?.id ?? itemId;
      if (item) onItem(item.id);
      else onLoadError();
    },
  };
}
