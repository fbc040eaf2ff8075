import { readFile } from "node:fs/promises";

import { expect } from "vitest";

import { expectAccessible, type Look, WIDTHS } from "../browser.ts";
import { test } from "./fixtures.ts";

const OPERATION = /^ {6}operationId: (\w+)$/gm;
const openapi = await readFile(new URL("../../../docs/reference/openapi.yaml", import.meta.url), "utf8");
const operations = [...openapi.matchAll(OPERATION)].map(([, id]) => id);

test("the page links the API's reference, which has every operation and asks nobody", async ({ demo, visit, site }) => {
  const { page } = demo;
  await demo.app.getByRole("button", { name: "Sign in as Ana" }).waitFor();
  const requests: string[] = [];
  visit.context.on("request", (request) => requests.push(request.url()));
  await page.getByRole("link", { name: "API reference" }).click();

  await page.getByRole("heading", { name: /^Pluggy on Lambda/ }).waitFor();
  const ids = await page.locator("[data-section-id]").evaluateAll((sections) => sections.map((section) => section.getAttribute("data-section-id")));
  const shown = ids.filter((id) => id?.includes("/operation/")).map((id) => id?.split("/").at(-1));
  expect(operations.length).toBeGreaterThan(5);
  expect(shown.sort()).toEqual(operations.sort());
  expect(requests.map((request) => request.replace(site, ""))).toEqual(["api.html", "playback.js", "api.js"]);
});

for (const [name, look] of Object.entries({
  "on a phone, dark": { colorScheme: "dark", viewport: WIDTHS.phone },
  "on a desktop, light": { colorScheme: "light", viewport: WIDTHS.desktop },
} satisfies Record<string, Look>))
  test.extend<{ look: Look }>({ look })(`axe finds nothing serious in the API's reference, ${name}`, { timeout: 120_000 }, async ({ visit: { page }, site }) => {
    await page.goto(`${site}api.html`);
    await page.getByRole("heading", { name: /^Pluggy on Lambda/ }).waitFor();

    await expectAccessible(page, name);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(look.viewport.width);
  });
