// What the keyboard's user was at may disappear: the focus goes on where the user is.
import { type RefObject, useEffect } from "react";

/** Focuses an element as soon as it is there, if it is wanted. */
export function useFocus(element: RefObject<HTMLElement | null>, isWanted = true): void {
  useEffect(() => {
    if (isWanted) element.current?.focus();
  }, [element, isWanted]);
}
