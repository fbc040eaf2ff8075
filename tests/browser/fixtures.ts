import type { Browser } from "playwright-core";
import { expect, test as base } from "vitest";

import { launch, type Look, type Visit, visit } from "./browser.ts";
import { Demo } from "./demo.ts";
import { type Sandbox, startSandbox } from "./sandbox.ts";

interface Fixtures {
  timeScale: number;
  look: Look;
  sandbox: Sandbox;
  browser: Browser;
  visit: Visit;
  demo: Demo;
}

/** A test with a sandbox and a browser of its file, and a visit of its own. */
export const test = base.extend<Fixtures>({
  look: {},
  timeScale: [5, { scope: "file" }],
  sandbox: [
    async ({ timeScale }, use) => {
      const sandbox = await startSandbox({ timeScale });
      await use(sandbox);
      await sandbox.stop();
    },
    { scope: "file" },
  ],
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
  demo: async ({ visit: made, sandbox }, use) => use(await Demo.open(made.page, sandbox)),
});
