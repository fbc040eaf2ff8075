import { expect } from "vitest";

import { expectAccessible, type Look, WIDTHS } from "../browser.ts";
import type { Demo } from "../page/demo.ts";
import { test } from "./fixtures.ts";

/** What a person does in each scenario after the login, and how it ends. */
const SCENARIOS: Record<string, { phase: string; act?: (demo: Demo) => Promise<void> }> = {
  "It works": { phase: "ready" },
  "Asks for a code": {
    phase: "ready",
    async act({ widget }) {
      await widget.getByRole("button", { name: "Right code" }).click();
      await widget.getByRole("button", { name: "Send" }).click();
    },
  },
  "Wrong password": {
    phase: "ready",
    async act(demo) {
      await demo.waitForPhase("reconnect");
      await demo.widget.getByRole("button", { name: "Try again" }).click();
      await demo.widget.getByLabel("Password").fill("password-ok");
      await demo.logIn();
    },
  },
  "Caixa: authorize the device, 30 minutes": {
    phase: "ready",
    async act(demo) {
      await demo.waitForPhase("waiting_user");
      await demo.closeTab();
      await demo.letTimePass();
      await demo.verdict.getByText("onSuccess never came. The truth came by webhook.").waitFor();
      await demo.reopenTab();
      await demo.card.getByText("Connected", { exact: true }).waitFor();
    },
  },
  "Open Finance: login at the bank's page": {
    phase: "ready",
    async act(demo) {
      const opened = demo.page.context().waitForEvent("page");
      await demo.widget.getByRole("link", { name: "Go to your bank" }).click();
      await (await opened).getByRole("button", { name: "Log in and approve" }).click();
    },
  },
  "Partial success": { phase: "ready_partial" },
  "Bank is down": { phase: "retrying" },
};

for (const [scenario, { phase, act }] of Object.entries(SCENARIOS))
  test(`${scenario}: it plays from files alone, and asks nobody`, async ({ demo, visit, site }) => {
    const requests: string[] = [];
    visit.context.on("request", (request) => requests.push(`${request.method()} ${request.url()}`));
    await demo.signIn();
    await demo.connect(scenario);
    await act?.(demo);

    await demo.waitForPhase(phase);

    await demo.waitForMark("bus", `item.${phase}`);
    const others = requests.filter((request) => !request.startsWith(`GET ${site}`));
    expect(others).toEqual([]);
    expect(requests.filter((request) => !/\.(html|js|css|woff2)(\?.*)?$/.test(request))).toEqual([]);
  });

test("the page says that it is a playback", async ({ demo }) => {
  await demo.page.getByText("This is a playback").waitFor();
  await demo.page.getByRole("radio", { name: "Português" }).check();
  await demo.page.getByText("Demonstração gravada").waitFor();
});

test("a connection is updated and disconnected, and another user sees none", async ({ demo }) => {
  await demo.signIn();
  await demo.connect("It works");
  await demo.widget.getByRole("button", { name: "Done" }).click();
  await demo.card.getByRole("button", { name: "Update" }).click();
  await demo.waitForMark("webhook", "item/updated");
  await demo.widget.getByRole("button", { name: "Done" }).click();
  await demo.app.getByRole("button", { name: "Sign out" }).click();
  await demo.signIn("Bruno");
  await demo.app.getByText("No bank connected yet.").waitFor();
  await demo.app.getByRole("button", { name: "Sign out" }).click();
  await demo.signIn("Ana");

  await demo.card.getByRole("button", { name: /^Disconnect/ }).click();
  await demo.card.getByRole("button", { name: "Yes, disconnect" }).click();

  await demo.app.getByText("No bank connected yet.").waitFor();
});

test("another language leaves an open widget open, and changes the messages of the API", async ({ demo }) => {
  await demo.signIn();
  await demo.begin("It works");
  await demo.page.getByRole("radio", { name: "Português" }).check();
  await demo.app.getByRole("heading", { name: "Olá, Ana" }).waitFor();
  await demo.logIn();

  await demo.page.getByText("Sua conta está conectada e atualizada.").waitFor();
  await demo.page.getByRole("radio", { name: "English" }).check();
  await demo.page.getByText("Your account is connected and up to date.").waitFor();
});

test("a login that was not recorded is refused with a sentence", async ({ demo }) => {
  await demo.signIn();
  await demo.begin("It works");
  await demo.widget.getByLabel("Password").fill("another");
  await demo.logIn();

  await demo.widget.getByText("This playback has no recording of that.").waitFor();
});

test.extend<{ look: Look }>({ look: { viewport: WIDTHS.phone, colorScheme: "dark" } })(
  "it fits a phone, and axe finds nothing serious",
  async ({ demo }) => {
    await demo.signIn();
    await demo.connect("It works");
    await demo.waitForPhase("ready");

    await expectAccessible(demo.page, "the playback");
    expect(await demo.page.evaluate(() => document.documentElement.scrollWidth)).toBe(WIDTHS.phone.width);
  },
);
