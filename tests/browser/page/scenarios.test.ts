import { expect } from "vitest";

import { test } from "./fixtures.ts";

test("a bank connects: onSuccess comes, and the webhook confirms it", async ({ demo }) => {
  await demo.signIn();
  await demo.connect("It works");

  await demo.waitForMark("callback", "onSuccess");
  await demo.waitForPhase("ready");
  await demo.waitForMark("webhook", "item/created");
  await demo.waitForMark("bus", "item.ready");
  await demo.waitForMark("fetch", "GET /items/{itemId}");
  await demo.verdict.getByText("onSuccess came, and the webhook confirmed it.").waitFor();
  expect(await demo.mark("missing", "").count()).toBe(0);
});

test("the bank asks for a code, which the user gives in the widget", async ({ demo }) => {
  await demo.signIn();
  await demo.connect("Asks for a code");
  await demo.widget.getByRole("heading", { name: "Your bank asks for a code" }).waitFor();
  await demo.waitForPhase("waiting_user");
  await demo.widget.getByRole("button", { name: "Right code" }).click();
  await demo.widget.getByRole("button", { name: "Send" }).click();

  await demo.waitForMark("webhook", "item/waiting_user_input");
  await demo.waitForMark("callback", "onSuccess");
  await demo.waitForPhase("ready");
});

test("a wrong password is repaired in the widget", async ({ demo }) => {
  await demo.signIn();
  await demo.connect("Wrong password");
  await demo.waitForMark("callback", "onError");
  await demo.waitForPhase("reconnect");
  await demo.waitForMark("webhook", "item/error");
  await demo.verdict.getByText("onError came").waitFor();
  await demo.widget.getByRole("button", { name: "Close" }).first().click();
  await demo.card.getByText("Your turn").waitFor();

  // The next login has the right password, in the same connection.
  await demo.page.getByRole("radio", { name: "It works" }).check();
  await demo.status.getByRole("button", { name: "Connect again" }).click();
  await demo.logIn();

  await demo.waitForPhase("ready");
  await demo.waitForMark("callback", "onSuccess");
});

test("Caixa: the user closes the tab, and half an hour later the webhook has the truth", async ({ demo }) => {
  await demo.signIn();
  await demo.connect("Caixa");
  await demo.waitForPhase("waiting_user");
  await demo.status.getByText("device_authorization_pending").waitFor();
  await demo.closeTab();
  await demo.verdict.getByText("no callback can come").waitFor();
  await demo.letTimePass();

  await demo.waitForPhase("ready");
  await demo.waitForMark("webhook", "item/created");
  await demo.waitForMark("missing", "onSuccess never came");
  await demo.verdict.getByText("onSuccess never came. The truth came by webhook.").waitFor();
  expect(await demo.mark("callback", "onSuccess").count()).toBe(0);
  expect(await demo.mark("callback", "onClose").count()).toBe(0);

  await demo.reopenTab();
  await demo.card.getByText("Connected", { exact: true }).waitFor();
});

test("Open Finance: the user comes back after a closed tab and logs in by the link", { timeout: 150_000 }, async ({ demo, visit }) => {
  await demo.signIn();
  await demo.connect("Open Finance");
  await demo.waitForPhase("waiting_user");
  await demo.status.getByText("open_finance_login").waitFor();
  await demo.closeTab();
  await demo.reopenTab();
  const link = demo.card.getByRole("link", { name: "Open the bank's page" });
  // Pluggy adds the link some seconds after its webhook, and the scheduler fetches what is due each minute.
  await link.waitFor({ timeout: 80_000 });

  // The row is there on request, and the link is in no part of the page around the app.
  await demo.status.getByText("The row in the table").click();
  await demo.status.locator("pre").getByText("WAITING_USER_INPUT").first().waitFor();
  expect(await demo.status.locator("pre").textContent()).not.toContain("bank.example.com");

  const [bank] = await Promise.all([visit.context.waitForEvent("page"), link.click()]);
  await bank.getByRole("button", { name: "Log in and approve" }).click();
  await demo.waitForPhase("ready");
  await demo.verdict.getByText("onSuccess never came. The truth came by webhook.").waitFor();
});

test("a partial success is connected, and says that something is missing", async ({ demo }) => {
  await demo.signIn();
  await demo.connect("Partial success");

  await demo.waitForPhase("ready_partial");
  await demo.status.getByText("partially_updated").waitFor();
  await demo.waitForMark("callback", "onSuccess");
});

test("a bank that is down is nobody's fault", async ({ demo }) => {
  await demo.signIn();
  await demo.connect("Bank is down");

  await demo.waitForPhase("retrying");
  await demo.status.getByText("bank_unavailable").waitFor();
  await demo.waitForMark("callback", "onError");
});
