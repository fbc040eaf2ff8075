import { test as base } from "../fixtures.ts";
import { Demo } from "./demo.ts";

interface Fixtures {
  demo: Demo;
}

/** A test with the page of the running local stack. */
export const test = base.extend<Fixtures>({
  demo: async ({ visit }, use) => use(await Demo.open(visit.page)),
});
