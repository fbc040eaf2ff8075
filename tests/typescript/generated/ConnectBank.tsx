import { useEffect, useMemo, useState } from "react";
import { PluggyConnect } from "react-pluggy-connect";
import { type ConnectApi, type TokenRequest, widgetOptions } from "./connect-api";
import { widgetCallbacks } from "./widget-callbacks";

interface Props {
  api: ConnectApi;
  /** Keep it the same object between renders: a new one means a new token. */
  wanted?: TokenRequest;
  /** Also called for news of an item that was named before. */
  onItem: (itemId: string) => void;
  onFailure: (error: unknown) => void;
  onClosed: () => void;
}

/** The open widget. Render it when the user asks for it, and stop rendering it on `onClosed`. */
export function ConnectBank({ api, wanted, onItem, onFailure, onClosed }: Props) {
  const [options, setOptions] = useState<Awaited<ReturnType<typeof widgetOptions>>>();
  useEffect(() => {
    let stale = false;
    widgetOptions(api, wanted).then(
      (options) => stale || setOptions(options),
      (error: unknown) => stale || onFailure(error),
    );
    return () => {
      stale = true;
    };
  }, [api, wanted, onFailure]);
  const callbacks = useMemo(() => {
    // The widget and the component that loads it may both report one failure.
    let reported = false;
    const onLoadError = (error: unknown) => {
      if (!reported) onFailure(error);
      reported = true;
    };
    const callbacks = widgetCallbacks(api, onItem, () => onLoadError(new Error("the widget did not load")));
    return { ...callbacks, onLoadError };
  }, [api, onItem, onFailure]);
  if (!options) return null;
  const close = () => {
    callbacks.onClose();
    onClosed();
  };
  return <PluggyConnect {...options} {...callbacks} onClose={close} />;
}
