import type { FrameLocator, Locator, Page } from "playwright-core";

import { expect } from "vitest";

import { needed } from "../browser.ts";

/** How long the stack may take from an answer of Pluggy's to the page. */
const PATIENCE = { timeout: 30_000 };

/** The page of the local stack, as a person uses it. */
export class Demo {
  readonly app: FrameLocator;
  readonly widget: FrameLocator;
  readonly status: Locator;
  readonly timeline: Locator;
  readonly verdict: Locator;

  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    this.app = page.frameLocator(".phone iframe");
    this.widget = this.app.frameLocator('iframe[name^="__zoid__pluggy_connect_widget__"]');
    this.status = page.getByRole("region", { name: "What the API answers" });
    this.timeline = page.getByRole("list", { name: "What really happened" });
    this.verdict = page.locator(".verdict");
  }

  /** Opens the page of the running stack, or the one at another address. */
  static async open(page: Page, address = `${needed("DEMO_URL")}/`): Promise<Demo> {
    await page.goto(address);
    return new Demo(page);
  }

  async signIn(user = "Ana"): Promise<void> {
    await this.app.getByRole("button", { name: `Sign in as ${user}` }).click();
    await this.app.getByRole("heading", { name: `Hello, ${user}` }).waitFor();
    // The list is there, with what other tests left.
    await this.app.getByText("Loading", { exact: true }).waitFor({ state: "hidden" });
  }

  /** Opens the widget in a scenario, up to the bank's login form. */
  async begin(scenario: string): Promise<void> {
    await this.page.getByRole("radio", { name: scenario }).check();
    // The form of the widget begins with the login of the scenario.
    await this.page.locator('.scenarios[aria-busy="false"]').waitFor();
    await this.app.getByRole("button", { name: "Connect a bank" }).click();
    await this.widget.getByRole("button", { name: "Agree and continue" }).click();
    await this.widget.getByRole("heading", { name: "Log in to your account" }).waitFor();
  }

  /** Sends the login form, which the scenario has filled in. */
  async logIn(): Promise<void> {
    await this.widget.getByRole("button", { name: "Connect", exact: true }).click();
  }

  async connect(scenario: string): Promise<void> {
    await this.begin(scenario);
    await this.logIn();
  }

  async closeTab(): Promise<void> {
    await this.page.getByRole("button", { name: "Close the tab" }).click();
    await this.page.getByText("The tab is closed", { exact: true }).waitFor();
  }

  async reopenTab(): Promise<void> {
    await this.page.locator(".acts").getByRole("button", { name: "Open the tab again" }).click();
    await this.app.getByRole("heading", { level: 1 }).waitFor();
  }

  async letTimePass(): Promise<void> {
    await this.page.getByRole("button", { name: "Let 30 minutes pass" }).click();
  }

  async waitForPhase(phase: string): Promise<void> {
    await this.status.locator(".phase").getByText(phase, { exact: true }).waitFor(PATIENCE);
  }

  async waitForMark(kind: string, text: string): Promise<void> {
    await this.mark(kind, text)
      .first()
      .waitFor({ ...PATIENCE, state: "attached" });
  }

  mark(kind: string, text: string): Locator {
    return this.timeline.locator(`[data-kind="${kind}"]`).filter({ hasText: text });
  }

  /** Opens the screen for support of the chosen connection. */
  async openSupport(): Promise<FrameLocator> {
    await this.status.getByText("What support sees").click();
    const screen = this.page.frameLocator("iframe.support");
    await screen.getByRole("heading", { level: 2 }).waitFor();
    return screen;
  }

  /** Returns the HTML of the screen for support, as CloudWatch gets it for the parameters. */
  async supportPage(parameters: Record<string, unknown>, theme: "light" | "dark"): Promise<string> {
    return this.page.evaluate(
      async (call) => {
        const response = await fetch("/support", { method: "POST", body: JSON.stringify(call) });
        return (await response.json()).html;
      },
      { parameters, theme, form: {} },
    );
  }

  /** Leaves the user without connections. */
  async disconnectAll(): Promise<void> {
    for (let left = await this.app.locator(".card").count(); left > 0; left -= 1) {
      await this.card.getByRole("button", { name: /^Disconnect/ }).click();
      await this.card.getByRole("button", { name: "Yes, disconnect" }).click();
      await expect.poll(() => this.app.locator(".card").count()).toBe(left - 1);
    }
  }

  /** Returns the newest connection in the app. */
  get card(): Locator {
    return this.app.locator(".card").first();
  }
}
