// Bundles the page and the app in its phone into dist/, from the sources of the packages.
import { cp, rm } from "node:fs/promises";
import { build } from "esbuild";

const here = (path) => new URL(path, import.meta.url).pathname;
const packages = here("../packages");

await rm(here("dist"), { recursive: true, force: true });
await build({
  absWorkingDir: here("."),
  entryPoints: ["src/page.tsx", "src/app.tsx", "src/style.css"],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  alias: {
    "@pluggy-lambda/client": `${packages}/client/src/index.ts`,
    "@pluggy-lambda/react": `${packages}/react/src/index.ts`,
    // One React, and Pluggy's SDK at the address of the stand-in.
    react: here("node_modules/react"),
    "react-dom": here("node_modules/react-dom"),
    "pluggy-connect-sdk": here("src/sdk.ts"),
  },
  assetNames: "[name]",
  loader: { ".woff2": "file" },
  legalComments: "linked",
  logLevel: "warning",
});
await cp(here("pages"), here("dist"), { recursive: true });
