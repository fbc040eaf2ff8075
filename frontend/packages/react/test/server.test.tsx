// No DOM: this file runs as a server does.
import { renderToString } from "react-dom/server";
import { expect, test, vi } from "vitest";

import { ITEM_ID } from "../../../testing/items.ts";
import { setUp } from "../../../testing/set-up.ts";
import { ConnectButton, PluggyProvider, useConnection, useConnections } from "../src/index.ts";

const testbed = setUp();

function Page() {
  const { status: one } = useConnection(ITEM_ID);
  const { status: all } = useConnections();
  return (
    <main>
      {`one ${one}, all ${all}`}
      <ConnectButton />
    </main>
  );
}

test("a server renders the page without a request, and without Pluggy's SDK, which needs a browser", async () => {
  const complaint = vi.spyOn(console, "error");
  expect(globalThis.document).toBeUndefined();

  const html = renderToString(
    <PluggyProvider client={testbed.client()}>
      <Page />
    </PluggyProvider>,
  );
  await testbed.clock.pass(60);

  expect(html).toBe(
    '<main>one loading, all loading<button type="button" aria-busy="false">Conectar um banco</button></main>',
  );
  expect(testbed.api.received).toEqual([]);
  expect(complaint).not.toHaveBeenCalled();
});

test("a component without a provider says what is missing", () => {
  expect(() => renderToString(<ConnectButton />)).toThrow("<PluggyProvider>");
});
