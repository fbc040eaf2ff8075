// @vitest-environment jsdom
import { PluggyProvider } from "@pluggy-lambda/react";
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Connections } from "../../examples/vite/src/Connections.tsx";
import { connectBank } from "../../examples/vite/src/plain.ts";
import { item, ITEM_ID, OTHER_ID } from "../../testing/items.ts";
import { SdkStandIn } from "../../testing/sdk.ts";
import { setUp } from "../../testing/set-up.ts";
import { serve } from "./bank.ts";

const loaded = vi.hoisted(() => ({ sdk: undefined as { PluggyConnect: unknown } | undefined }));
vi.mock("pluggy-connect-sdk", () => ({
  get PluggyConnect() {
    return loaded.sdk?.PluggyConnect;
  },
}));

const testbed = setUp();
let sdk: SdkStandIn;

beforeEach(() => {
  loaded.sdk = sdk = new SdkStandIn();
});

afterEach(cleanup);

const pass = (seconds: number) => act(() => testbed.clock.pass(seconds));

async function showPage(): Promise<void> {
  render(
    <PluggyProvider client={testbed.client()}>
      <Connections />
    </PluggyProvider>,
  );
  await pass(1);
}

const row = (bank: string) => within(screen.getByRole("heading", { name: bank }).closest("li") as HTMLElement);
const connector = (name: string) => ({
  id: 2,
  name,
  imageUrl: null,
  primaryColor: null,
  health: "ONLINE",
  retired: false,
});

test("the page shows each connection with its message and what the user can do", async () => {
  serve(testbed.api, [
    item({
      itemId: OTHER_ID,
      connector: connector("Banco A"),
      phase: "reconnect",
      nextAction: { kind: "reconnect", message: "Confira os dados.", connectToken: { itemId: OTHER_ID } },
      error: { code: "INVALID_CREDENTIALS", message: "for developers", providerMessage: "Senha incorreta" },
    }),
    item({ connector: connector("Banco B"), nextAction: { message: "Sua conta está conectada." } }),
  ]);
  await showPage();

  expect(row("Banco B").getByRole("status").textContent).toBe("Sua conta está conectada.");
  expect(row("Banco B").queryByRole("button", { name: "Conectar novamente" })).toBeNull();
  expect(row("Banco A").getByText("Senha incorreta")).toBeDefined();

  fireEvent.click(row("Banco A").getByRole("button", { name: "Conectar novamente" }));
  await pass(1);

  expect(testbed.api.received.find(({ path }) => path === "/connect-token")?.body).toEqual({
    profile: "web",
    itemId: OTHER_ID,
  });
  expect(sdk.shown).toBe(1);
});

test("a connection that the widget has made appears in the page", async () => {
  serve(testbed.api, []);
  await showPage();
  fireEvent.click(screen.getByRole("button", { name: "Conectar um banco" }));
  await pass(1);
  serve(testbed.api, [item({ connector: connector("Banco B") })]);

  act(() => sdk.widget.options.onSuccess({ item: { id: ITEM_ID } }));
  await pass(1);

  expect(row("Banco B")).toBeDefined();
});

test("a bank's login page is a link", async () => {
  serve(testbed.api, [
    item({
      connector: connector("Banco B"),
      nextAction: { kind: "act_at_bank", link: "https://bank.example.com/auth" } as never,
    }),
  ]);
  await showPage();

  expect(row("Banco B").getByRole("link")).toMatchObject({ href: "https://bank.example.com/auth", rel: "noreferrer" });
});

test("who disconnects no longer sees the connection, and hears it if Pluggy refuses", async () => {
  serve(testbed.api, [item({ connector: connector("Banco B") })]);
  await showPage();
  const { reply } = testbed.api;
  testbed.api.reply = (received) =>
    received.method === "DELETE" ? { status: 409, body: { title: "refused" } } : reply(received);
  fireEvent.click(row("Banco B").getByRole("button", { name: "Desconectar" }));
  await pass(1);
  expect(row("Banco B").getByRole("alert").textContent).toContain("Tente mais tarde");

  testbed.api.reply = reply;
  fireEvent.click(row("Banco B").getByRole("button", { name: "Desconectar" }));
  await pass(1);
  expect(screen.queryByRole("heading", { name: "Banco B" })).toBeNull();
});

test("a widget that does not load leaves the page with a message", async () => {
  serve(testbed.api, []);
  await showPage();
  fireEvent.click(screen.getByRole("button", { name: "Conectar um banco" }));

  await pass(31);

  expect(screen.getByRole("alert").textContent).toContain("Não foi possível abrir");
  expect(sdk.shown).toBe(0);
});

test("without a framework the page shows what becomes of the connection", async () => {
  serve(testbed.api, [item({ nextAction: { message: "Sua conta está conectada." } })]);
  const message = document.createElement("p");
  connectBank(testbed.client(), message);
  await pass(1);

  sdk.widget.options.onEvent({ event: "ITEM_RESPONSE", timestamp: 1, item: { id: ITEM_ID } });
  sdk.widget.options.onSuccess({ item: { id: ITEM_ID } });
  await pass(1);

  expect(message.textContent).toBe("Sua conta está conectada.");
});

test("without a framework, too, a widget that does not load leaves a message", async () => {
  serve(testbed.api, []);
  const message = document.createElement("p");
  connectBank(testbed.client(), message);

  await pass(31);

  expect(message.textContent).toContain("Não foi possível abrir");
});
