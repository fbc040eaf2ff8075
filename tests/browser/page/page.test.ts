import { expect } from "vitest";

import { expectAccessible, type Look, needed, WIDTHS } from "../browser.ts";
import { Demo } from "./demo.ts";
import { test } from "./fixtures.ts";

test("a second user sees nothing of the first", async ({ demo }) => {
  await demo.signIn("Ana");
  await demo.connect("It works");
  await demo.waitForPhase("ready");
  await demo.widget.getByRole("button", { name: "Done" }).click();
  expect(await demo.timeline.locator(".mark").count()).toBeGreaterThan(5);

  await demo.app.getByRole("button", { name: "Sign out" }).click();
  await demo.signIn("Bruno");

  await demo.app.getByText("No bank connected yet.").waitFor();
  await demo.status.getByText("The backend knows of no connection yet.").waitFor();
  expect(await demo.timeline.locator(".mark").count()).toBe(0);
  const feed = await demo.page.evaluate(async () => {
    const source = new EventSource("/feed?user=bruno");
    const data = await new Promise<string>((resolve) => (source.onmessage = (event) => resolve(event.data)));
    source.close();
    return JSON.parse(data);
  });
  expect(feed).toEqual({ entries: [], rows: {} });
});

test("a connection is updated and disconnected", async ({ demo }) => {
  await demo.signIn();
  await demo.connect("It works");
  await demo.waitForPhase("ready");
  await demo.widget.getByRole("button", { name: "Done" }).click();

  await demo.card.getByRole("button", { name: "Update" }).click();
  await demo.waitForMark("webhook", "item/updated");
  await demo.widget.getByRole("button", { name: "Done" }).click();

  const before = await demo.app.locator(".card").count();
  await demo.card.getByRole("button", { name: /^Disconnect/ }).click();
  await demo.card.getByRole("button", { name: "Yes, disconnect" }).click();
  await expect.poll(() => demo.app.locator(".card").count()).toBe(before - 1);
});

test("what was connected last is in view", async ({ demo }) => {
  await demo.signIn("Bruno");
  await demo.disconnectAll();
  // As many as do not fit into the phone.
  for (let count = 1; count <= 4; count += 1) {
    await demo.connect("Bank is down");
    await demo.waitForPhase("retrying");
    await demo.widget.getByRole("button", { name: "Close", exact: true }).last().click();
    await expect.poll(() => demo.app.locator(".card").count()).toBe(count);
  }

  const topOf = (): Promise<number> => demo.card.evaluate((card) => card.getBoundingClientRect().top);
  await expect.poll(topOf).toBeGreaterThan(0);
  await demo.disconnectAll();
});

test("the SDK opens the stand-in at Pluggy's own address, as in an app that is deployed", async ({ visit }) => {
  const asked: string[] = [];
  await visit.context.route("https://connect.pluggy.ai/**", async (route) => {
    const url = new URL(route.request().url());
    asked.push(url.href);
    const response = await route.fetch({ url: `${needed("PLUGGY_API_URL")}${url.pathname}${url.search}` });
    const { "content-security-policy": _, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  const demo = await Demo.open(visit.page, `${needed("DEMO_URL")}/?widget=default`);
  await demo.signIn();
  await demo.connect("It works");

  await demo.waitForMark("callback", "onSuccess");
  await demo.waitForPhase("ready");
  expect(asked[0]).toMatch("https://connect.pluggy.ai/");
});

test("the server's policy lets the API's reference show", async ({ demo }) => {
  await demo.page.getByRole("link", { name: "API reference" }).click();

  await demo.page.getByRole("heading", { name: /^Pluggy on Lambda/ }).waitFor();
});

// The colors depend on the theme alone, so each width has one.
for (const [name, look] of Object.entries({
  "on a phone, dark": { colorScheme: "dark", viewport: WIDTHS.phone },
  "on a desktop, light": { colorScheme: "light", viewport: WIDTHS.desktop },
} satisfies Record<string, Look>))
  test.extend<{ look: Look }>({ look })(`axe finds nothing serious, ${name}`, async ({ demo }) => {
    const { page } = demo;
    await demo.app.getByRole("button", { name: "Sign in as Ana" }).waitFor();
    await expectAccessible(page, "sign-in");
    await demo.signIn();
    await demo.connect("Caixa");
    await demo.waitForPhase("waiting_user");
    await demo.closeTab();
    await demo.letTimePass();
    await demo.verdict.getByText("onSuccess never came.").waitFor({ timeout: 30_000 });
    await expectAccessible(page, "the tab is closed");
    await demo.reopenTab();
    await demo.card.waitFor();
    await demo.status.getByText("The row in the table").click();
    await expectAccessible(page, "the tab is open again");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(look.viewport.width);
  });

test("the keyboard alone connects a bank", async ({ demo }) => {
  const { page } = demo;
  const tabTo = async (isThere: () => Promise<boolean>): Promise<void> => {
    for (let steps = 0; steps < 60; steps += 1) {
      if (await isThere()) return;
      await page.keyboard.press("Tab");
    }
    throw new Error("Tab does not lead there");
  };
  const focuses = (name: string) => () => demo.app.getByRole("button", { name }).evaluate((button) => button === document.activeElement);

  await demo.app.getByRole("button", { name: "Sign in as Ana" }).waitFor();
  await tabTo(focuses("Sign in as Ana"));
  await page.keyboard.press("Enter");
  await demo.app.getByRole("button", { name: "Connect a bank" }).waitFor();
  await tabTo(focuses("Connect a bank"));
  await page.keyboard.press("Enter");

  await demo.widget.getByRole("button", { name: "Agree and continue" }).waitFor();
  await demo.waitForMark("callback", "onOpen");
});

test("the page's server refuses other hosts, other sites and other users", async () => {
  const url = needed("DEMO_URL");
  const status = async (path: string, init: RequestInit = {}): Promise<number> => (await fetch(url + path, init)).status;
  const origin = url;
  const body = JSON.stringify({ user: "ana" });

  expect(await status("/token", { method: "POST", body, headers: { origin } })).toBe(200);
  expect(await status("/token", { method: "POST", body })).toBe(403);
  expect(await status("/token", { method: "POST", body, headers: { origin: "https://evil.example.com" } })).toBe(403);
  expect(await status("/config.json", { headers: { origin: "https://evil.example.com" } })).toBe(403);
  expect(await status("/config.json", { headers: { "sec-fetch-site": "cross-site" } })).toBe(403);
  expect(await status("/feed?user=usr_01J9X")).toBe(404);
  expect(await status("/..%2f..%2fstack.json")).toBe(404);
  // The address is one that this machine answers to, and not the page's name.
  expect((await fetch(url.replace("localhost", "127.0.0.1") + "/config.json")).status).toBe(403);
});
