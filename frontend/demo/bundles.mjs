// Bundles of the page, of the app in its phone, and of the API's reference, from the sources of the packages.
import { readFile } from "node:fs/promises";

import { build } from "esbuild";
import { parse } from "yaml";

export const here = (path) => new URL(path, import.meta.url).pathname;
const packages = here("../packages");

/** The options of every bundle. */
const COMMON = { bundle: true, minify: true, format: "iife", target: "es2022", jsx: "automatic", logLevel: "warning" };
const FILES = { assetNames: "[name]", loader: { ".woff2": "file" }, legalComments: "linked" };

const OPENAPI = {
  name: "openapi",
  setup({ onLoad }) {
    onLoad({ filter: /\.yaml$/ }, async ({ path }) => ({
      contents: JSON.stringify(parse(await readFile(path, "utf8"), { merge: true })),
      loader: "json",
    }));
    onLoad({ filter: /redoc\.standalone\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8"))
        // The logo of its vendor, which the page would fetch.
        .replaceAll("https://cdn.redoc.ly/redoc/logo-mini.svg", "data:,")
        // What it leaves out, as a package.
        .replaceAll('require("null")', "null"),
    }));
  },
};

/** `more` has further entry points, by the names of their bundles. */
export function bundlePage(outdir, more = {}) {
  return build({
    ...COMMON,
    ...FILES,
    absWorkingDir: here("."),
    entryPoints: { page: "src/page.tsx", app: "src/app.tsx", api: "src/api.ts", style: "src/style.css", ...more },
    outdir,
    plugins: [OPENAPI],
    define: { "process.env.NODE_ENV": '"production"' },
    alias: {
      "@pluggy-lambda/client": `${packages}/client/src/index.ts`,
      "@pluggy-lambda/react": `${packages}/react/src/index.ts`,
      // One React, and Pluggy's SDK at the address of the stand-in.
      react: here("node_modules/react"),
      "react-dom": here("node_modules/react-dom"),
      "pluggy-connect-sdk": here("src/sdk.ts"),
    },
  });
}

/** The widget's stand-in, beside the page and not in a sandbox. */
export function bundleWidget(outdir) {
  return build({
    ...COMMON,
    ...FILES,
    absWorkingDir: here("../../sandbox/widget"),
    entryPoints: ["src/widget.tsx", "src/bank.tsx", "src/style.css"],
    outdir,
    jsxImportSource: "preact",
    define: { BANK_PAGE: '"bank.html"' },
  });
}
