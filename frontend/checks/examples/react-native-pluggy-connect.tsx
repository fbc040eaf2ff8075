import type { WidgetCallbacks, WidgetOptions } from "@pluggy-lambda/client";

export const shown: { widget: (WidgetOptions & WidgetCallbacks) | undefined } = { widget: undefined };

/** A stand-in for the widget of React Native. */
export function PluggyConnect(props: WidgetOptions & WidgetCallbacks) {
  shown.widget = props;
  return <p>the widget</p>;
}
