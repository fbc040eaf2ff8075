import type { Page } from "playwright-core";
import { expect } from "vitest";

import type { Demo } from "./demo.ts";
import { test as base } from "./fixtures.ts";

/** Slow enough to see what lasts for seconds at Pluggy. */
const test = base.extend({ timeScale: [2, { scope: "file" }] });

/** Goes to the bank's page, which opens in a tab of its own. */
async function goToBank(demo: Demo): Promise<Page> {
  await demo.connectAndLogIn(/Open Finance/);
  await demo.screen("bank-login");
  await demo.main("bank-login").getByText("Preparing your bank's page").waitFor();
  const opened = demo.page.context().waitForEvent("page");
  await demo.widget.getByRole("link", { name: "Go to your bank" }).click();
  return opened;
}

test("a login that is approved on the bank's page goes on by itself", async ({ demo }) => {
  const bank = await goToBank(demo);
  const closed = bank.waitForEvent("close");
  expect(await bank.getByRole("main").innerText()).toContain("This is no bank.");
  await bank.getByRole("button", { name: "Log in and approve" }).click();
  await bank.getByRole("heading", { name: "Access approved" }).waitFor();
  await closed;

  await demo.screen("done");

  const callbacks = await demo.until("onSuccess UPDATED SUCCESS");
  expect(callbacks.slice(0, 4)).toEqual(["onOpen", "SUBMITTED_CONSENT", "SELECTED_INSTITUTION Itaú", "SUBMITTED_LOGIN"]);
  expect(callbacks).toContain("ITEM_RESPONSE WAITING_USER_INPUT WAITING_USER_INPUT");
  expect(callbacks.filter((callback) => callback.startsWith("LOGIN_STEP_COMPLETED"))).toHaveLength(1);
});

test("a login that is denied on the bank's page is an error, and can be tried again", async ({ demo }) => {
  const bank = await goToBank(demo);
  await bank.getByRole("button", { name: "Deny" }).click();
  await bank.getByRole("heading", { name: "Access denied" }).waitFor();

  expect(await demo.screen("failed")).toBe("Access denied");

  await demo.until("onError LOGIN_ERROR USER_AUTHORIZATION_NOT_GRANTED");
  await demo.press("Try again");
  await demo.screen("login");
});

test("the bank's page says that nothing waits for it", async ({ visit, sandbox }) => {
  for (const item of ["9a7b6c5d-0000-4000-8000-000000000001", "no-uuid", "../../switches", ""]) {
    await visit.page.goto(`${sandbox.url}/bank/login?item=${encodeURIComponent(item)}`);
    await visit.page.getByRole("button", { name: "Log in and approve" }).click();

    await visit.page.getByRole("heading", { name: "Nothing to approve" }).waitFor();
  }
});

test("the bank's page has the language and the theme of the widget", async ({ visit, sandbox }) => {
  await visit.page.goto(`${sandbox.url}/bank/login?item=1&language=pt&theme=dark`);

  await visit.page.getByRole("button", { name: "Entrar e aprovar" }).waitFor();

  expect(await visit.page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
});

test("the bank's page cannot be framed", async ({ visit, sandbox }) => {
  await visit.page.goto(sandbox.demoUrl);
  await visit.page.evaluate((url) => {
    const frame = document.createElement("iframe");
    frame.src = url;
    document.body.append(frame);
  }, `${sandbox.url}/bank/login`);

  await expect.poll(() => visit.errors.some((error) => error.includes("frame-ancestors"))).toBe(true);
  visit.errors.length = 0;
});

test("a QR code is shown until it is scanned", async ({ demo }) => {
  await demo.connectUpToLogin(/It works/);
  await demo.press("Back");
  await demo.press("Pluggy Bank QR");
  await demo.screen("login");
  await demo.press(/^Shows a QR code/);
  await demo.logIn();

  await demo.screen("qr");

  expect(
    await demo.widget
      .getByRole("img", { name: /QR code/ })
      .locator("path")
      .getAttribute("d"),
  ).toMatch(/^M0 0h1/);
  expect(await demo.callbacks()).toContain("ITEM_RESPONSE WAITING_USER_ACTION WAITING_USER_ACTION");
  await demo.screen("done");
});

test("a bank without a form leads to its page, and goes on when the bank does", async ({ demo }) => {
  await demo.connectUpToLogin(/It works/);
  await demo.press("Back");
  await demo.press("MeuPluggy");
  await demo.screen("login");
  await demo.logIn();

  await demo.widget.getByRole("link", { name: "Go to your bank" }).waitFor();

  await demo.screen("done");
});
