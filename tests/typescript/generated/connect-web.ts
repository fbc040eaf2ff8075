import { PluggyConnect } from "pluggy-connect-sdk";
import { type ConnectApi, type Item, type TokenRequest, widgetOptions } from "./connect-api";
import { itemWatcher } from "./watch-item";
import { widgetCallbacks } from "./widget-callbacks";

interface Page {
  show: (item: Item) => void;
  failed: (error: unknown) => void;
  /** Aborted when the user leaves the page. */
  left: AbortSignal;
}

/** Opens the widget, and shows whatever comes of it. */
export async function connectBank(api: ConnectApi, page: Page, wanted: TokenRequest = {}): Promise<PluggyConnect> {
  const callbacks = widgetCallbacks(
    api,
    itemWatcher(api, page.show, page.failed, page.left),
    () => page.failed(new Error("the widget did not load")),
  );
  const widget = new PluggyConnect({ ...(await widgetOptions(api, wanted)), ...callbacks });
  await widget.init();
  return widget;
}
