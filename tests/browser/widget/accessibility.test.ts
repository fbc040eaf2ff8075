import type { Locator } from "playwright-core";
import { expect } from "vitest";

import { expectAccessible, type Look, WIDTHS } from "../browser.ts";
import { Demo } from "./demo.ts";
import { test as base } from "./fixtures.ts";
import { control, type Sandbox, startSandbox } from "./sandbox.ts";

/** The colors depend on the theme alone, so each width has one. */
const LOOKS: Record<string, Look> = {
  "on a phone, dark, in Portuguese": { viewport: WIDTHS.phone, colorScheme: "dark", locale: "pt-BR" },
  "on a desktop, light, in English": { viewport: WIDTHS.desktop, colorScheme: "light", locale: "en-US" },
};

/** Expects that a page is accessible, has the theme of the browser, and fits. */
async function expectGood(demo: Demo, main: Locator, where: string): Promise<void> {
  const isDark = await demo.page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  expect(await main.evaluate(({ ownerDocument }) => ownerDocument.documentElement.dataset.theme), where).toBe(isDark ? "dark" : "light");
  await expectAccessible(demo.page, where);
  expect(await main.evaluate((element) => element.scrollWidth > element.clientWidth), `${where} is too wide`).toBe(false);
}

/** Expects it of a screen of the widget, in the SDK's frame over the app's page. */
async function expectGoodScreen(demo: Demo, screen: string): Promise<void> {
  await demo.screen(screen);
  await expectGood(demo, demo.main(screen), screen);
}

/** Lets the widget wait for the next state, so that a screen stays. */
async function slowDown(sandbox: Sandbox): Promise<void> {
  await control(sandbox, "POST", "faults", { method: "GET", pathPrefix: "/items/", effect: { kind: "delay", milliseconds: 15_000 } });
}

async function openAt(demo: Demo, bank: RegExp): Promise<void> {
  await demo.page.reload();
  await demo.connectUpToLogin(/It works|Dá certo/);
  await demo.widget.locator("header button").first().click();
  await demo.main("banks").getByRole("button", { name: bank }).click();
  await demo.screen("login");
}

async function logInAs(demo: Demo, user: string): Promise<void> {
  await demo.page.reload();
  await demo.connectUpToLogin(/It works|Dá certo/);
  await demo.widget.locator("summary").click();
  await demo.main("login").locator("button.helper").filter({ hasText: user }).first().click();
  await demo.logIn();
}

for (const [name, look] of Object.entries(LOOKS)) {
  const test = base.extend<{ look: Look }>({ look });

  test(`axe finds nothing serious before a login, ${name}`, { timeout: 120_000 }, async ({ demo }) => {
    await expectGood(demo, demo.page.getByRole("main"), "the demo");
    await demo.connect(/It works|Dá certo/);
    await expectGoodScreen(demo, "consent");
    await demo.main("consent").getByRole("button").click();
    await demo.screen("login");
    await demo.widget.locator("summary").click();
    await expectGoodScreen(demo, "login");
    await demo.widget.locator("header button").first().click();
    await expectGoodScreen(demo, "banks");
    await demo.main("banks").getByRole("button", { name: "Cooperative" }).click();
    await demo.logIn();
    await expectGoodScreen(demo, "login"); // With an error.
  });

  test(`axe finds nothing serious while the bank is awaited, ${name}`, { timeout: 120_000 }, async ({ visit, onTestFinished }) => {
    const sandbox = await startSandbox({ timeScale: 1 }); // The user acts at the bank after 5 seconds.
    onTestFinished(sandbox.stop);
    const demo = await Demo.open(visit.page, sandbox);
    await demo.connectUpToLogin(/It works|Dá certo/);
    await slowDown(sandbox);
    await demo.logIn();
    await expectGoodScreen(demo, "working");
    for (const [bank, screen] of [
      [/QR/, "qr"],
      [/Itaú/, "bank-login"],
    ] as const) {
      await control(sandbox, "DELETE", "faults");
      await openAt(demo, bank);
      await demo.main("login").locator("button.helper").first().click();
      await demo.logIn();
      await demo.screen(screen);
      await slowDown(sandbox);
      await expectGoodScreen(demo, screen);
    }
  });

  test(`axe finds nothing serious after a login, ${name}`, { timeout: 120_000 }, async ({ demo }) => {
    for (const [user, screen] of [
      ["user-ok", "done"],
      ["user-ok-img", "prompt"],
      ["user-ok-select", "prompt"],
      ["user-ok-auth-pending", "device"],
      ["user-ok-account-error", "done"],
      ["user-account-need-actions-provider-message", "failed"],
    ] as const) {
      await logInAs(demo, user);
      await expectGoodScreen(demo, screen);
    }
  });

  test(`axe finds nothing serious on the bank's page, ${name}`, async ({ demo, sandbox }) => {
    const { page } = demo;
    await page.goto(`${sandbox.url}/bank/login?item=1&language=${look.locale}&theme=${look.colorScheme}`);
    await page.getByRole("heading").waitFor();
    await expectGood(demo, page.getByRole("main"), "the question");
    await page.getByRole("button").first().click();
    await page.getByRole("status").waitFor();
    await expectGood(demo, page.getByRole("main"), "the result");
    await page.goto(sandbox.url);
    await expectGood(demo, page.getByRole("main"), "the widget alone");
  });
}
