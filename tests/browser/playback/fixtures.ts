import { spawn } from "node:child_process";
import { once } from "node:events";
import { basename, dirname } from "node:path";
import { createInterface } from "node:readline";

import { needed } from "../browser.ts";
import { test as base } from "../fixtures.ts";
import { Demo } from "../page/demo.ts";

interface Fixtures {
  /** The address of the playback, in a folder of a host that only has files. */
  site: string;
  demo: Demo;
}

/** A test with the playback of the page. */
export const test = base.extend<Fixtures>({
  site: [
    async ({}, use) => {
      const folder = needed("SITE");
      const options = ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", dirname(folder)];
      const server = spawn("python3", options, { stdio: ["ignore", "pipe", "ignore"] });
      const ended = once(server, "exit");
      const [line] = await once(createInterface(server.stdout), "line");
      await use(`http://127.0.0.1:${/port (\d+)/.exec(line)?.[1]}/${basename(folder)}/`);
      server.kill();
      await ended;
    },
    { scope: "file" },
  ],
  demo: async ({ visit, site }, use) => use(await Demo.open(visit.page, site)),
});
