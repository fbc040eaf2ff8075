// Bundles the pages into dist/, which the sandbox serves with --widget.
import { cp, rm } from "node:fs/promises";
import { build } from "esbuild";

const here = (path) => new URL(path, import.meta.url).pathname;

await rm(here("dist"), { recursive: true, force: true });
await build({
  absWorkingDir: here("."),
  entryPoints: ["src/widget.tsx", "src/bank.tsx", "src/demo.tsx", "src/style.css"],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  define: { BANK_PAGE: '"/bank/login"' },
  // The pages are static, so the names of their files are too.
  assetNames: "[name]",
  publicPath: "/widget",
  loader: { ".woff2": "file" },
  legalComments: "linked",
  logLevel: "warning",
});
await cp(here("pages"), here("dist"), { recursive: true });
