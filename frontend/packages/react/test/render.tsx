import type { PluggyClient } from "@pluggy-lambda/client";
import { cleanup, render } from "@testing-library/react";
import { type ReactElement, StrictMode } from "react";

import { PluggyProvider } from "../src/provider.tsx";

interface Rendered {
  show: (element: ReactElement, client?: PluggyClient) => void;
  unmount: () => void;
}

/** Renders under StrictMode, as an app does while it is developed. */
export function renderStrictly(client: PluggyClient, element: ReactElement): Rendered {
  const tree = (element: ReactElement, client: PluggyClient) => (
    <StrictMode>
      <PluggyProvider client={client}>{element}</PluggyProvider>
    </StrictMode>
  );
  const { rerender, unmount } = render(tree(element, client));
  return { show: (element, next = client) => rerender(tree(element, next)), unmount };
}

export { cleanup };
