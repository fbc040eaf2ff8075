import { expect } from "vitest";

import type { Demo } from "./demo.ts";
import { test } from "./fixtures.ts";

/** What the widget's helper offers at each bank, and the screen and the status that it promises. */
const OUTCOMES: Record<string, Record<string, [screen: string, status: string]>> = {
  "Pluggy Bank": {
    Works: ["done", "SUCCESS"],
    "Partial success": ["done", "PARTIAL_SUCCESS"],
    "Wrong password": ["failed", "INVALID_CREDENTIALS"],
    "Authorize the device (30 minutes)": ["device", "USER_AUTHORIZATION_PENDING"],
    "Bank is down": ["failed", "SITE_NOT_AVAILABLE"],
    "Code by phone": ["prompt", "WAITING_USER_INPUT"],
    "Code in a picture": ["prompt", "WAITING_USER_INPUT"],
    "Choose an account": ["prompt", "WAITING_USER_INPUT"],
    "Works, with a remark": ["done", "SUCCESS"],
    "The bank wants something done": ["failed", "ACCOUNT_NEEDS_ACTION"],
    "Account locked": ["failed", "ACCOUNT_LOCKED"],
    "New password needed": ["failed", "ACCOUNT_CREDENTIALS_RESET"],
    "Logged in elsewhere": ["failed", "ALREADY_LOGGED_IN"],
    "Account not supported": ["failed", "USER_NOT_SUPPORTED"],
    "Unexpected error": ["failed", "UNEXPECTED_ERROR"],
  },
  "Pluggy Bank MFA 1 step": {
    Works: ["done", "SUCCESS"],
    "Wrong code": ["failed", "INVALID_CREDENTIALS_MFA"],
  },
  "Pluggy Bank MFA 2 step": { "Asks for a code": ["prompt", "WAITING_USER_INPUT"] },
  "Pluggy Bank Cooperative": { Works: ["done", "SUCCESS"] },
};

async function showBanks(demo: Demo): Promise<void> {
  await demo.press("Choose another bank");
  await demo.screen("banks");
}

async function reopen(demo: Demo): Promise<void> {
  await demo.page.reload();
  await demo.connectUpToLogin(/It works/);
  await demo.press("Back");
  await demo.screen("banks");
}

for (const [bank, outcomes] of Object.entries(OUTCOMES)) {
  test(`${bank}: each outcome of the helper happens`, { timeout: 180_000 }, async ({ demo }) => {
    await reopen(demo);
    for (const [outcome, [screen, status]] of Object.entries(outcomes)) {
      await demo.press(bank);
      await demo.screen("login");
      const more = demo.widget.locator("summary");
      if (await more.isVisible()) await more.click();
      await demo
        .main("login")
        .locator("button.helper")
        .filter({ has: demo.page.getByText(outcome, { exact: true }) })
        .click();
      await demo.logIn();

      await demo.screen(screen);

      expect(
        (await demo.callbacks()).filter((callback) => callback.endsWith(` ${status}`)),
        outcome,
      ).not.toEqual([]);
      if (screen === "failed") await showBanks(demo);
      else await reopen(demo);
    }
  });
}

test("no other outcome is offered at the first bank", async ({ demo }) => {
  await demo.connectUpToLogin(/It works/);
  await demo.widget.locator("summary").click();

  const offered = await demo.main("login").locator("button.helper > span").allInnerTexts();

  expect(offered).toEqual(Object.keys(OUTCOMES["Pluggy Bank"] ?? {}));
});

test("a code in a picture and a choice are answered", async ({ demo }) => {
  for (const [outcome, answer] of [
    ["Code in a picture", async () => demo.widget.getByLabel("Code in the image").fill("123456")],
    ["Choose an account", async () => void (await demo.widget.getByLabel("Account").selectOption("Savings account"))],
  ] as const) {
    await demo.page.reload();
    await demo.connectUpToLogin(/It works/);
    await demo.widget.locator("summary").click();
    await demo.press(new RegExp(`^${outcome}`));
    await demo.logIn();
    await demo.screen("prompt");
    if (outcome === "Code in a picture") {
      const picture = demo.widget.getByRole("img", { name: "Picture with the code" });
      expect(await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(100);
    }

    await answer();
    await demo.press("Send");

    await demo.screen("done");
  }
});
