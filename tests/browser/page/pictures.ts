// Takes the pictures of the READMEs from the running stack.
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import type { Page } from "playwright-core";

import { animationOf, type Frame } from "./animation.ts";
import { visit } from "../browser.ts";
import { Demo } from "./demo.ts";
import { test } from "./fixtures.ts";

const FOLDER = new URL("../../../docs/pictures/", import.meta.url);
const VIEWPORT = { width: 1280, height: 1082 };

/** The case of Caixa, in a window whose user closes the tab. */
async function caixa(page: Page, shoot: (milliseconds: number) => Promise<void>): Promise<void> {
  const demo = await Demo.open(page);
  await demo.signIn();
  await demo.disconnectAll();
  await demo.begin("Caixa");
  await shoot(1500);
  await demo.logIn();
  await demo.waitForPhase("waiting_user");
  await demo.waitForMark("bus", "item.waiting_user");
  await shoot(2500);
  await demo.closeTab();
  await shoot(2000);
  await demo.letTimePass();
  await demo.waitForMark("webhook", "item/login_succeeded");
  await shoot(1200);
  await demo.waitForPhase("ready");
  await demo.waitForMark("bus", "item.ready");
  await page.waitForTimeout(3000);
  await shoot(4000);
  await demo.reopenTab();
  await demo.card.getByText("Connected", { exact: true }).waitFor();
  await page.mouse.move(0, 0);
  await page.waitForTimeout(1000);
  await shoot(4000);
}

test("the screen for support, light and dark", async ({ browser }) => {
  const { context, page } = await visit(browser, { viewport: VIEWPORT });
  const demo = await Demo.open(page);
  await demo.signIn();
  await demo.disconnectAll();
  await demo.connect("Caixa");
  await demo.waitForPhase("waiting_user");
  await demo.waitForMark("bus", "item.waiting_user");
  const screen = await demo.openSupport();
  const itemId = await screen.getByLabel("Item or user").inputValue();
  const alone = await context.newPage();
  await alone.setViewportSize({ width: 1200, height: 400 });
  for (const theme of ["light", "dark"] as const) {
    const html = await demo.supportPage({ itemId }, theme);
    await alone.setContent(`<!doctype html><html lang="en"><title>support</title><body style="margin:0">${html}`);
    await alone.screenshot({ path: fileURLToPath(new URL(`support-${theme}.png`, FOLDER)), fullPage: true });
  }
  await context.close();
});

test("the case of Caixa as a picture and as an animation", async ({ browser }) => {
  await mkdir(FOLDER, { recursive: true });
  const { context, page } = await visit(browser, { viewport: VIEWPORT });
  const frames: Frame[] = [];
  await caixa(page, async (milliseconds) => {
    frames.push({ png: await page.screenshot(), milliseconds });
  });
  await writeFile(new URL("page.png", FOLDER), frames.at(-1)!.png);
  await writeFile(new URL("caixa.gif", FOLDER), animationOf(frames));
  await context.close();
});
