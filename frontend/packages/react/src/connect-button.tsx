import {
  cloneElement,
  type ComponentPropsWithoutRef,
  isValidElement,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
} from "react";

import { usePluggyClient } from "./provider.tsx";
import { type ConnectOptions, useConnect } from "./use-connect.ts";

export interface ConnectButtonProps
  extends ConnectOptions, Omit<ComponentPropsWithoutRef<"button">, keyof ConnectOptions | "children"> {
  /**
   * One element of your own that takes `onClick`, such as your design system's button; or what a plain button shows.
   */
  children?: ReactNode;
}

interface Clickable {
  onClick?: (event: MouseEvent<HTMLElement>) => void;
  "aria-busy"?: boolean;
}

/** A button that opens the widget. */
export function ConnectButton({
  request,
  loadTimeout,
  onItem,
  onEvent,
  onError,
  onClose,
  children,
  ...button
}: ConnectButtonProps): ReactElement {
  const { open, status } = useConnect({ request, loadTimeout, onItem, onEvent, onError, onClose });
  const isBusy = status === "opening";
  const label = useLabel();
  if (isValidElement<Clickable>(children)) {
    const child: ReactElement<Clickable> = children;
    return cloneElement(child, {
      "aria-busy": isBusy,
      onClick(event) {
        child.props.onClick?.(event);
        if (!event.defaultPrevented) open();
      },
    });
  }
  return (
    <button
      type="button"
      aria-busy={isBusy}
      {...button}
      onClick={(event) => {
        button.onClick?.(event);
        if (!event.defaultPrevented) open();
      }}
    >
      {children ?? label}
    </button>
  );
}

function useLabel(): string {
  const { language } = usePluggyClient();
  return (typeof language === "function" ? language() : language) === "en" ? "Connect a bank" : "Conectar um banco";
}
