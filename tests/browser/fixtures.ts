import type { Browser } from "playwright-core";
import { expect, test as base } from "vitest";

import { launch, type Look, type Visit, visit } from "./browser.ts";

interface Fixtures {
  look: Look;
  browser: Browser;
  visit: Visit;
}

/** A test with a browser of its file and a visit of its own. No page may reach another machine, or throw. */
export const test = base.extend<Fixtures>({
  look: {},
  browser: [
    async ({}, use) => {
      const browser = await launch();
      await use(browser);
      await browser.close();
    },
    { scope: "file" },
  ],
  visit: async ({ browser, look }, use) => {
    const made = await visit(browser, look);
    await use(made);
    await made.context.close();
    expect(made.foreignRequests, "requests that left the machine").toEqual([]);
    expect(made.errors, "errors of the pages").toEqual([]);
  },
});
