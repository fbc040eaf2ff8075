import { useEffect, useMemo, useState } from "react";
import { PluggyConnect } from "react-native-pluggy-connect";
import { type ConnectApi, type TokenRequest, widgetOptions } from "./connect-api";
import { widgetCallbacks } from "./widget-callbacks";

const MOBILE: TokenRequest = { profile: "mobile" };

interface Props {
  api: ConnectApi;
  /** `nextAction.connectToken`, to update a connection. */
  update?: TokenRequest;
  onItem: (itemId: string) => void;
  onFailure: (error: unknown) => void;
  onClosed: () => void;
}

export function ConnectScreen({ api, update, onItem, onFailure, onClosed }: Props) {
  const [options, setOptions] = useState<Awaited<ReturnType<typeof widgetOptions>>>();
  useEffect(() => {
    let stale = false;
    widgetOptions(api, { ...MOBILE, ...update }).then(
      (options) => stale || setOptions(options),
      (error: unknown) => stale || onFailure(error),
    );
    return () => {
      stale = true;
    };
  }, [api, update, onFailure]);
  const callbacks = useMemo(
    () => widgetCallbacks(api, onItem, () => onFailure(new Error("the widget did not load"))),
    [api, onItem, onFailure],
  );
  if (!options) return null;
  const close = () => {
    callbacks.onClose();
    onClosed();
  };
  return <PluggyConnect {...options} {...callbacks} onClose={close} />;
}
