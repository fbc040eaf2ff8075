// What the keyboard's user was at may disappear: the focus goes on where the user is.
import { type RefObject, useEffect } from "react";

/** Focuses an element as soon as it is there, if it is wanted. */
export function useFocus(element: RefObject<HTMLElement | null>, isWanted = true): void {
  useEffect(() => {
    if (isWanted) element.current?.focus();
  }, [element, isWanted]);
}

/** Gives the focus back to what had it before the widget was open, or to an element in its place. */
export function useFocusBack(isOpen: boolean, otherwise: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (!isOpen) return;
    const before = document.activeElement;
    return () => {
      const isThere = before instanceof HTMLElement && before !== document.body && before.isConnected;
      (isThere ? before : otherwise.current)?.focus();
    };
  }, [isOpen, otherwise]);
}
