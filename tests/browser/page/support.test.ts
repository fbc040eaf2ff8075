import { expect } from "vitest";

import { expectAccessible, WIDTHS } from "../browser.ts";
import { test } from "./fixtures.ts";

const WORKS = "It works";

test("support sees a connection, its user's other ones, and what is searched", async ({ demo }) => {
  await demo.signIn();
  await demo.connect(WORKS);
  await demo.waitForPhase("ready");
  await demo.waitForMark("bus", "item.ready");

  const screen = await demo.openSupport();
  await screen.locator("h2 .badge").getByText("ready", { exact: true }).waitFor();
  await screen.getByText("up_to_date").waitFor();
  await screen.getByRole("cell", { name: "item/created" }).waitFor();
  const itemId = await screen.getByLabel("Item or user").inputValue();

  await screen.locator("dd button").click();
  await screen.getByRole("heading", { name: /^Items of / }).waitFor();
  await screen.getByRole("button", { name: itemId }).click();
  await screen.getByRole("cell", { name: "item/created" }).waitFor();

  await screen.getByLabel("Item or user").fill("usr_without_items");
  await screen.getByRole("button", { name: "Search" }).click();
  await screen.getByText("No item has this owner").waitFor();
  await screen.getByLabel("Item or user").fill(itemId);
  // A form that Enter submits would load CloudWatch's console again.
  await screen.getByLabel("Item or user").press("Enter");
  await screen.getByText("No item has this owner").waitFor();
  await screen.getByRole("button", { name: "Search" }).click();
  await screen.getByRole("cell", { name: "item/created" }).waitFor();
});

test("support sees no login link, which the user sees", { timeout: 150_000 }, async ({ demo }) => {
  await demo.signIn();
  await demo.connect("Open Finance");
  await demo.waitForPhase("waiting_user");
  const link = demo.card.getByRole("link", { name: "Open the bank's page" });
  // The scheduler fetches what is due each minute.
  await link.waitFor({ timeout: 80_000 });

  const screen = await demo.openSupport();
  await screen.getByText("open_finance_login").waitFor();
  const itemId = await screen.getByLabel("Item or user").inputValue();
  const html = await demo.supportPage({ itemId }, "light");

  expect(await link.getAttribute("href")).toMatch(/^https?:/);
  expect(html).toContain("open_finance_login");
  expect(html).not.toMatch(/https?:/);
});

// No script may run in it, so a hostile text could do nothing even if it were not escaped.
for (const theme of ["light", "dark"] as const)
  test(`the screen for support is read by everybody and runs nothing, ${theme}`, async ({ demo, visit }) => {
    await demo.signIn();
    await demo.connect(WORKS);
    await demo.waitForPhase("ready");
    await demo.waitForMark("bus", "item.ready");
    const screen = await demo.openSupport();
    const itemId = await screen.getByLabel("Item or user").inputValue();
    const user = await screen.locator("dd button").innerText();
    const hostile = "<img src=x onerror=alert(1)>\"'</cwdb-action>";
    const alone = await visit.context.newPage();
    let alerts = 0;
    alone.on("dialog", (dialog) => {
      alerts += 1;
      return dialog.dismiss();
    });

    for (const [name, parameters] of Object.entries({
      nothing: {},
      item: { itemId },
      user: { clientUserId: user },
      hostile: { clientUserId: hostile },
      mistake: { itemId: "x" },
    })) {
      const html = await demo.supportPage(parameters, theme);
      for (const viewport of Object.values(WIDTHS)) {
        await alone.setViewportSize(viewport);
        await alone.setContent(`<!doctype html><html lang="en"><title>support</title><main><h1>CloudWatch</h1>${html}</main>`);
        await expectAccessible(alone, `${name}, ${viewport.width}`);
        expect(await alone.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(viewport.width);
      }
      expect(await alone.locator("script, iframe, img, [onerror]").count(), name).toBe(0);
      if (name === "hostile") await alone.getByText(hostile).first().waitFor();
    }
    expect(alerts).toBe(0);
  });
