// @vitest-environment jsdom
import { PluggyProvider } from "@pluggy-lambda/react/native";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

import { ConnectBank } from "../../examples/expo/ConnectBank.tsx";
import { Connections } from "../../examples/expo/Connections.tsx";
import { item, ITEM_ID } from "../../testing/items.ts";
import { setUp } from "../../testing/set-up.ts";
import { serve } from "./bank.ts";
import { alerts } from "./react-native.tsx";
import { shown } from "./react-native-pluggy-connect.tsx";

const testbed = setUp();

afterEach(cleanup);

const pass = (seconds: number) => act(() => testbed.clock.pass(seconds));

test("the screen opens the widget, and is left when the user closes it", async () => {
  serve(testbed.api, []);
  const onDone = vi.fn();
  render(
    <PluggyProvider client={testbed.client()}>
      <ConnectBank request={{ itemId: ITEM_ID }} onDone={onDone} />
    </PluggyProvider>,
  );
  await pass(1);
  expect(testbed.api.received[0]?.body).toEqual({ profile: "mobile", itemId: ITEM_ID });
  expect(shown.widget?.connectToken).toBe("connect-token");

  shown.widget?.onClose();
  expect(onDone).toHaveBeenCalledOnce();
});

test("a screen whose widget does not load says so and is left", async () => {
  serve(testbed.api, []);
  const onDone = vi.fn();
  render(
    <PluggyProvider client={testbed.client()}>
      <ConnectBank onDone={onDone} />
    </PluggyProvider>,
  );

  await pass(32);

  expect(onDone).toHaveBeenCalledOnce();
  expect(alerts).toHaveLength(1);
});

test("the list shows each connection, and a button opens the widget for it", async () => {
  serve(testbed.api, [
    item({
      phase: "reconnect",
      nextAction: { kind: "reconnect", message: "Confira os dados.", connectToken: { itemId: ITEM_ID } },
    }),
  ]);
  const onConnect = vi.fn();
  render(
    <PluggyProvider client={testbed.client()}>
      <Connections onConnect={onConnect} />
    </PluggyProvider>,
  );
  await pass(1);

  expect(screen.getByText("Confira os dados.")).toBeDefined();
  fireEvent.click(screen.getByRole("button", { name: "Conectar novamente" }));
  expect(onConnect.mock.calls).toEqual([[{ itemId: ITEM_ID }]]);
});
