import { test as base } from "../fixtures.ts";
import { Demo } from "./demo.ts";
import { type Sandbox, startSandbox } from "./sandbox.ts";

interface Fixtures {
  timeScale: number;
  sandbox: Sandbox;
  demo: Demo;
}

/** A test with a sandbox of its file, and the sandbox's demo page. */
export const test = base.extend<Fixtures>({
  timeScale: [5, { scope: "file" }],
  sandbox: [
    async ({ timeScale }, use) => {
      const sandbox = await startSandbox({ timeScale });
      await use(sandbox);
      await sandbox.stop();
    },
    { scope: "file" },
  ],
  demo: async ({ visit, sandbox }, use) => use(await Demo.open(visit.page, sandbox)),
});
