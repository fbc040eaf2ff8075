// Moves the focus when the focused element disappears.
import { type RefObject, useEffect } from "react";

/** Focuses an element as soon as it is there, if it is wanted. */
export function useFocus(element: RefObject<HTMLElement | null>, isWanted = true): void {
  useEffect(() => {
    if (isWanted) element.current?.focus();
  }, [element, isWanted]);
}
