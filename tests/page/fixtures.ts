import type { Browser, BrowserContextOptions } from "playwright-core";
import { expect, test as base } from "vitest";

import { launch, type Visit, visit } from "./browser.ts";
import { Demo } from "./demo.ts";

interface Fixtures {
  options: BrowserContextOptions;
  query: string;
  browser: Browser;
  visit: Visit;
  demo: Demo;
}

/** A test with a visit of the page. No page may reach another machine, or throw. */
export const test = base.extend<Fixtures>({
  options: {},
  query: "",
  browser: [
    async ({}, use) => {
      const browser = await launch();
      await use(browser);
      await browser.close();
    },
    { scope: "file" },
  ],
  visit: async ({ browser, options }, use) => {
    const made = await visit(browser, options);
    await use(made);
    await made.context.close();
    expect(made.foreignRequests, "requests that left the machine").toEqual([]);
    expect(made.errors, "errors of the pages").toEqual([]);
  },
  demo: async ({ visit: made, query }, use) => use(await Demo.open(made.page, query)),
});
