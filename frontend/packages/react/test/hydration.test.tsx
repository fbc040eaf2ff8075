// @vitest-environment jsdom
import { act } from "@testing-library/react";
import { StrictMode } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { expect, test, vi } from "vitest";

import { item, ITEM_ID } from "../../../testing/items.ts";
import { setUp } from "../../../testing/set-up.ts";
import { PluggyProvider, useConnection } from "../src/index.ts";

const testbed = setUp();

function Page() {
  return <p>{useConnection(ITEM_ID).status}</p>;
}

test("a page of the server goes on in the browser, also where the client knows the connection already", async () => {
  const complaint = vi.spyOn(console, "error");
  testbed.api.reply = () => ({ body: item() });
  const client = testbed.client();
  client.connection(ITEM_ID).subscribe(() => {});
  await testbed.clock.pass(1);
  const page = (
    <StrictMode>
      <PluggyProvider client={client}>
        <Page />
      </PluggyProvider>
    </StrictMode>
  );
  const container = document.createElement("div");
  container.innerHTML = renderToString(page);
  expect(container.textContent).toBe("loading");

  const root = await act(() => hydrateRoot(container, page));

  expect(container.textContent).toBe("loaded");
  expect(complaint).not.toHaveBeenCalled();
  act(() => root.unmount());
});
