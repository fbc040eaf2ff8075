import { createPluggyClient, openWidget, type Widget } from "../src/index.ts";

/** The outcome of the widget. */
export const outcomes: string[] = [];

let widget: Widget | undefined;

export function open(baseUrl: string): void {
  outcomes.length = 0;
  widget = openWidget(
    createPluggyClient({ baseUrl, userToken: () => "user-token" }),
    () => import("pluggy-connect-sdk"),
    {
      loadTimeout: 1,
      onClose: () => outcomes.push("closed"),
      onError: (error) => outcomes.push(`${error.name} ${error.kind}`),
    },
  );
}

export function close(): void {
  widget?.close();
}
