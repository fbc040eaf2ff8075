// Writes the playback into ../demo-site/: static files for any host and any folder of it.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";

import { bundlePage, bundleWidget, here } from "./bundles.mjs";

const WIDGET = here("../../sandbox/widget/pages");
// The playback sends nothing. The SDK and the widget style their elements inline.
const POLICY = [
  "default-src 'none'; script-src 'self'; font-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
  "frame-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'none'",
].join("; ");

const site = here("../demo-site");
await rm(site, { recursive: true, force: true });
await mkdir(`${site}/widget`, { recursive: true });
await bundlePage(site, { playback: "src/playback/prelude.ts" });
await bundleWidget(`${site}/widget`);
for (const page of ["index.html", "app.html", "api.html"])
  await writePage(here(`pages/${page}`), `${site}/${page}`, "./");
for (const page of ["widget.html", "bank.html"]) await writePage(`${WIDGET}/${page}`, `${site}/widget/${page}`, "../");

/** Writes a page with relative addresses, whose requests are answered by the playback. */
async function writePage(source, target, root) {
  const head = `<meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
    <script src="${root}playback.js"></script>`;
  const page = await readFile(source, "utf8");
  const relative = page.replaceAll(/(href|src)="\/(?:widget\/)?/g, '$1="./').replace('<meta charset="utf-8" />', head);
  await writeFile(target, relative);
}
