// @vitest-environment jsdom
import { act, cleanup, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { item, ITEM_ID, OTHER_ID } from "../../../testing/items.ts";
import { setUp } from "../../../testing/set-up.ts";
import { useConnection, useConnections } from "../src/index.ts";
import { renderStrictly } from "./render.tsx";

const testbed = setUp();

afterEach(cleanup);

const pass = (seconds: number) => act(() => testbed.clock.pass(seconds));
const shown: string[] = [];

function Connection({ itemId }: { itemId: string | undefined }) {
  const { status, item } = useConnection(itemId);
  const text = [status, item?.itemId.at(-1), item?.phase].filter(Boolean).join(" ");
  shown.push(text);
  return <p>{text}</p>;
}

function Connections() {
  const { status, items } = useConnections();
  return (
    <>
      <h1>{status}</h1>
      <ul>
        {items.map(({ itemId, phase }) => (
          <li key={itemId}>{phase}</li>
        ))}
      </ul>
    </>
  );
}

test("a connection is shown as it is now and after each change, with one request at a time", async () => {
  testbed.api.reply = ({ at }) =>
    at - start < 2000 ? { headers: { "retry-after": "3" }, body: item({ phase: "connecting" }) } : { body: item() };
  const start = Date.now();
  renderStrictly(testbed.client(), <Connection itemId={ITEM_ID} />);
  expect(screen.getByRole("paragraph").textContent).toBe("loading");

  await pass(1);
  expect(screen.getByRole("paragraph").textContent).toBe("loaded 1 connecting");
  expect(testbed.api.received).toHaveLength(1);

  await pass(4);
  expect(screen.getByRole("paragraph").textContent).toBe("loaded 1 ready");
  expect(testbed.api.received).toHaveLength(2);
});

test("nothing is fetched when the component is gone", async () => {
  testbed.api.reply = () => ({ headers: { "retry-after": "3" }, body: item({ phase: "updating" }) });
  const { unmount } = renderStrictly(testbed.client(), <Connection itemId={ITEM_ID} />);
  await pass(1);

  unmount();
  await pass(60);

  expect(testbed.api.received).toHaveLength(1);
});

test("nothing of one item is shown for another, not even once", async () => {
  testbed.api.reply = ({ path }) => ({ body: item({ itemId: path.slice("/items/".length) }) });
  const client = testbed.client();
  const { show } = renderStrictly(client, <Connection itemId={ITEM_ID} />);
  await pass(1);

  shown.length = 0;
  show(<Connection itemId={OTHER_ID} />);
  expect(new Set(shown)).toEqual(new Set(["loading"]));
  await pass(1);

  expect(shown.at(-1)).toBe("loaded 2 ready");
});

test("nothing of one user is shown to another", async () => {
  testbed.api.reply = () => ({ body: item() });
  const { show } = renderStrictly(testbed.client(), <Connection itemId={ITEM_ID} />);
  await pass(1);

  shown.length = 0;
  show(<Connection itemId={ITEM_ID} />, testbed.client());

  expect(new Set(shown)).toEqual(new Set(["loading"]));
});

test("without an id there is nothing to fetch", async () => {
  renderStrictly(testbed.client(), <Connection itemId={undefined} />);
  await pass(60);

  expect(screen.getByRole("paragraph").textContent).toBe("idle");
  expect(testbed.api.received).toEqual([]);
});

test("components that show the same connection share its requests", async () => {
  testbed.api.reply = () => ({ headers: { "retry-after": "3" }, body: item({ phase: "updating" }) });
  renderStrictly(
    testbed.client(),
    <>
      <Connection itemId={ITEM_ID} />
      <Connection itemId={ITEM_ID} />
    </>,
  );
  await pass(5);

  expect(screen.getAllByText("loaded 1 updating")).toHaveLength(2);
  expect(testbed.api.received).toHaveLength(2);
});

test("the list is shown, and what is disconnected disappears", async () => {
  testbed.api.reply = ({ method }) =>
    method === "DELETE"
      ? { status: 204 }
      : { body: { items: [item({ itemId: OTHER_ID, phase: "retrying" }), item()], nextCursor: null } };
  const client = testbed.client();
  renderStrictly(client, <Connections />);
  expect(screen.getByRole("heading").textContent).toBe("loading");

  await pass(1);
  expect(screen.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual(["retrying", "ready"]);
  expect(testbed.api.received).toHaveLength(1);

  await act(() => client.disconnect(ITEM_ID));
  expect(screen.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual(["retrying"]);
});
