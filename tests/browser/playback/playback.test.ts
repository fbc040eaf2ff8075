import type { Locator } from "playwright-core";
import { expect } from "vitest";

import { expectAccessible, type Look, WIDTHS } from "../browser.ts";
import type { Demo } from "../page/demo.ts";
import { test } from "./fixtures.ts";

/** What a person does in each scenario after the login, and how it ends. */
const SCENARIOS: Record<string, { phase: string; act?: (demo: Demo) => Promise<void> }> = {
  "It works": { phase: "ready" },
  "Asks for a code": {
    phase: "ready",
    async act({ widget }) {
      await widget.getByRole("button", { name: "Right code" }).click();
      await widget.getByRole("button", { name: "Send" }).click();
    },
  },
  "Wrong password": {
    phase: "ready",
    async act(demo) {
      await demo.waitForPhase("reconnect");
      await demo.widget.getByRole("button", { name: "Try again" }).click();
      await demo.widget.getByLabel("Password").fill("password-ok");
      await demo.logIn();
    },
  },
  "Caixa: authorize the device, 30 minutes": {
    phase: "ready",
    async act(demo) {
      await demo.waitForPhase("waiting_user");
      await demo.closeTab();
      await demo.letTimePass();
      await demo.verdict.getByText("onSuccess never came. The truth came by webhook.").waitFor();
      await demo.reopenTab();
      await demo.card.getByText("Connected", { exact: true }).waitFor();
    },
  },
  "Open Finance: login at the bank's page": {
    phase: "ready",
    async act(demo) {
      const opened = demo.page.context().waitForEvent("page");
      await demo.widget.getByRole("link", { name: "Go to your bank" }).click();
      await (await opened).getByRole("button", { name: "Log in and approve" }).click();
    },
  },
  "Partial success": { phase: "ready_partial" },
  "Bank is down": { phase: "retrying" },
};

// Each page has a playback of its own, and waits for most of its time.
for (const [scenario, { phase, act }] of Object.entries(SCENARIOS))
  test.concurrent(`${scenario}: it plays from files alone, and asks nobody`, async ({ demo, visit, site }) => {
    const requests: string[] = [];
    visit.context.on("request", (request) => requests.push(`${request.method()} ${request.url()}`));
    await demo.signIn();
    await demo.connect(scenario);
    await act?.(demo);

    await demo.waitForPhase(phase);

    await demo.waitForMark("bus", `item.${phase}`);
    const others = requests.filter((request) => !request.startsWith(`GET ${site}`));
    expect(others).toEqual([]);
    expect(requests.filter((request) => !/\.(html|js|css|woff2)(\?.*)?$/.test(request))).toEqual([]);
  });

test("the page says that it is a playback", async ({ demo }) => {
  await demo.page.getByText("This is a playback").waitFor();
  await demo.page.getByRole("radio", { name: "Português" }).check();
  await demo.page.getByText("Demonstração gravada").waitFor();
});

test("a connection is updated and disconnected, and another user sees none", async ({ demo }) => {
  await demo.signIn();
  await demo.connect("It works");
  await demo.widget.getByRole("button", { name: "Done" }).click();
  await demo.card.getByRole("button", { name: "Update" }).click();
  await demo.waitForMark("webhook", "item/updated");
  await demo.widget.getByRole("button", { name: "Done" }).click();
  await demo.app.getByRole("button", { name: "Sign out" }).click();
  await demo.signIn("Bruno");
  await demo.app.getByText("No bank connected yet.").waitFor();
  await demo.app.getByRole("button", { name: "Sign out" }).click();
  await demo.signIn("Ana");

  await demo.card.getByRole("button", { name: /^Disconnect/ }).click();
  await demo.card.getByRole("button", { name: "Yes, disconnect" }).click();

  await demo.app.getByText("No bank connected yet.").waitFor();
});

test("another language leaves an open widget open, and changes the messages of the API", async ({ demo }) => {
  await demo.signIn();
  await demo.begin("It works");
  await demo.page.getByRole("radio", { name: "Português" }).check();
  await demo.app.getByRole("heading", { name: "Olá, Ana" }).waitFor();
  await demo.logIn();

  await demo.page.getByText("Sua conta está conectada e atualizada.").waitFor();
  await demo.page.getByRole("radio", { name: "English" }).check();
  await demo.page.getByText("Your account is connected and up to date.").waitFor();
});

test("a login that was not recorded is refused with a sentence", async ({ demo }) => {
  await demo.signIn();
  await demo.begin("It works");
  await demo.widget.getByLabel("Password").fill("another");
  await demo.logIn();

  await demo.widget.getByText("This playback has no recording of that.").waitFor();
});

test("the focus stays where the user is, whatever disappears", async ({ demo }) => {
  const { app, page } = demo;
  const isFocused = (locator: Locator): Promise<void> =>
    expect.poll(() => locator.evaluate((element) => element === document.activeElement)).toBe(true);
  await demo.signIn();
  await isFocused(app.getByRole("heading", { name: "Hello, Ana" }));
  await demo.connect("It works");
  await demo.widget.getByRole("button", { name: "Done" }).click();
  await isFocused(app.getByRole("button", { name: "Connect a bank" }));

  await demo.card.getByRole("button", { name: /^Disconnect/ }).press("Enter");
  await isFocused(demo.card.getByRole("button", { name: "Keep" }));
  await page.keyboard.press("Enter");
  await isFocused(demo.card.getByRole("button", { name: /^Disconnect/ }));
  await page.keyboard.press("Enter");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await app.getByText("No bank connected yet.").waitFor();
  await isFocused(app.getByRole("heading", { name: "Hello, Ana" }));

  await app.getByRole("button", { name: "Sign out" }).press("Enter");
  await isFocused(app.getByRole("heading", { level: 1 }));
});

test("a widget that is closed before a login leaves nothing in progress", async ({ demo }) => {
  await demo.signIn();
  await demo.begin("It works");
  await demo.widget.getByRole("button", { name: "Close" }).click();

  await demo.verdict.getByText("The widget closed before a login.").waitFor();
});

/** Expects that axe finds nothing serious, that the page fits, and that its parts can be hit by a thumb. */
async function expectGood({ page }: Demo, width: number, where: string): Promise<void> {
  await expectAccessible(page, where);
  expect(await page.evaluate(() => document.documentElement.scrollWidth), where).toBe(width);
  const faults = await page.evaluate(() => {
    const box = (element: Element): DOMRect => element.getBoundingClientRect();
    const marks = box(document.querySelector(".marks")!);
    const isOutside = (label: Element): boolean => box(label).left < marks.left - 1 || box(label).right > marks.right + 1;
    const isSmall = (target: Element): boolean => box(target).width < 24 || box(target).height < 24;
    return [
      ...Array.from(document.querySelectorAll(".mark .label")).filter(isOutside),
      ...Array.from(document.querySelectorAll("button, label, select")).filter(isSmall),
    ].map(({ textContent }) => textContent);
  });
  expect(faults, where).toEqual([]);
}

for (const [name, look] of Object.entries({
  "a phone, dark": { viewport: WIDTHS.phone, colorScheme: "dark" },
  "a desktop, light": { viewport: WIDTHS.desktop, colorScheme: "light" },
} satisfies Record<string, Look>))
  test.extend<{ look: Look }>({ look })(`it fits ${name}, and axe finds nothing serious`, { timeout: 120_000 }, async ({ demo }) => {
    const { width } = look.viewport;
    await demo.app.getByRole("button", { name: "Sign in as Ana" }).waitFor();
    await expectGood(demo, width, "sign-in");
    await demo.signIn();
    await expectGood(demo, width, "no bank");
    await demo.connect("Caixa");
    await demo.waitForPhase("waiting_user");
    await demo.waitForMark("callback", "onError");
    await expectGood(demo, width, "the widget");
    await demo.closeTab();
    await demo.letTimePass();
    await demo.waitForMark("bus", "item.ready");
    await expectGood(demo, width, "the tab is closed");
    await demo.reopenTab();
    await demo.card.getByRole("button", { name: /^Disconnect/ }).click();
    await demo.status.getByText("The row in the table").click();
    await expectGood(demo, width, "the question before a bank is disconnected");
  });

test("nothing moves on a desktop when a connection appears", async ({ demo }) => {
  const top = (): Promise<number> => demo.page.locator(".lanes").evaluate((lanes) => lanes.getBoundingClientRect().top + scrollY);
  const before = await top();
  await demo.signIn();
  await demo.connect("It works");
  await demo.waitForPhase("ready");

  expect(Math.abs((await top()) - before)).toBeLessThan(2);
});
