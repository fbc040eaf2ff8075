// Bundles the handler as one minified ES module. The argument is the folder for it.
import { build } from "esbuild";

// What the SDK still loads by `require`.
const REQUIRE = 'import { createRequire } from "node:module";const require = createRequire(import.meta.url);';

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: { index: "handler.mjs" },
  outdir: process.argv[2],
  outExtension: { ".js": ".mjs" },
  bundle: true,
  minify: true,
  platform: "node",
  target: "node20",
  format: "esm",
  // Their ES modules, of which esbuild drops what nothing uses.
  mainFields: ["module", "main"],
  banner: { js: REQUIRE },
  logLevel: "warning",
});
