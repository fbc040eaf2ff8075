import { JSDOM, VirtualConsole } from "jsdom";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { build, type Rollup } from "vite";

import { Api } from "../../../testing/api.ts";

// Pluggy's own package, unchanged, with our code in one script, as a bundler makes it.
let script: string;
let api: Api;
let page: JSDOM;

beforeAll(async () => {
  const entry = new URL("real-sdk.page.ts", import.meta.url).pathname;
  const output = await build({
    logLevel: "error",
    configFile: false,
    build: { write: false, minify: false, lib: { entry, formats: ["iife"], name: "page" } },
  });
  script = (output as Rollup.RollupOutput[])[0]?.output[0].code ?? "";
});

beforeEach(async () => {
  api = await Api.start();
  page = new JSDOM("<!doctype html><body><h1>An app</h1></body>", {
    url: "http://localhost:3000/",
    runScripts: "outside-only",
    virtualConsole: new VirtualConsole(),
  });
  // jsdom has no fetch, and that of Node.js takes only its own signals.
  Object.assign(page.window, { fetch, Headers, AbortController });
  page.window.eval(script);
});

afterEach(async () => {
  page.window.close();
  await api.stop();
});

const outcomes = (): unknown => page.window.eval("page.outcomes");

/** Opens the widget at an address where nothing listens, so that the SDK waits for ever. */
async function open(): Promise<void> {
  api.reply = ({ path }) =>
    path === "/connect-token"
      ? { body: { accessToken: "connect-token", expiresAt: "", connect: { url: "http://127.0.0.1:1" } } }
      : { status: 202 };
  page.window.eval(`page.open(${JSON.stringify(api.url)})`);
  const { body } = page.window.document;
  await vi.waitFor(() => expect(body.querySelectorAll("iframe").length).toBeGreaterThan(0));
  expect(body.className).toContain("has-modal-visible");
}

/** The page is as it was, also a second after everything. */
async function expectPage(before: string): Promise<void> {
  const { body } = page.window.document;
  await vi.waitFor(() => expect(body.className).toBe(""));
  await new Promise((resolve) => setTimeout(resolve, 1100));
  expect(body.innerHTML).toBe(before);
  expect(body.className).toBe("");
}

test("a widget of which no page loads is given up, leaves the page as it was, and can be opened again", async () => {
  const before = page.window.document.body.innerHTML;

  for (let attempt = 0; attempt < 2; attempt += 1) {
    await open();
    await vi.waitFor(() => expect(outcomes()).toEqual(["WidgetError not-loaded"]), { timeout: 3000 });
    await expectPage(before);
    expect(outcomes()).toEqual(["WidgetError not-loaded"]);
  }
});

test("an app that closes a widget which has not loaded gets no error", async () => {
  const before = page.window.document.body.innerHTML;
  await open();

  page.window.eval("page.close()");

  await expectPage(before);
  expect(outcomes()).toEqual(["closed"]);
});

test("a user who leaves a widget that has not loaded by the Escape key causes no error", async () => {
  const before = page.window.document.body.innerHTML;
  await open();

  page.window.document.dispatchEvent(new page.window.KeyboardEvent("keydown", { key: "Escape" }));

  await expectPage(before);
  expect(outcomes()).toEqual(["closed"]);
});
