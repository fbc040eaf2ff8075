/** Whether the user sees the app. While nobody does, nothing is fetched. */
export interface Visibility {
  isVisible: () => boolean;
  /** Calls the listener after each change, until the returned function is called. */
  subscribe: (listener: () => void) => () => void;
}

/** The visibility of the browser's tab. Without a document, as on a server, everything counts as visible. */
export const tabVisibility: Visibility = {
  isVisible: () => typeof document === "undefined" || document.visibilityState !== "hidden",
  subscribe(listener) {
    if (typeof document === "undefined") return () => {};
    document.addEventListener("visibilitychange", listener);
    return () => document.removeEventListener("visibilitychange", listener);
  },
};
