// Writes what the page's server serves into dist/.
import { cp, rm } from "node:fs/promises";

import { bundlePage, here } from "./bundles.mjs";

await rm(here("dist"), { recursive: true, force: true });
await bundlePage("dist");
await cp(here("pages"), here("dist"), { recursive: true });
