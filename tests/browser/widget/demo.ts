import type { FrameLocator, Locator, Page } from "playwright-core";
import { expect } from "vitest";

import type { Sandbox } from "./sandbox.ts";

/** The page of `sandbox --demo`, as a person uses it. It is an app with Pluggy's unchanged SDK. */
export class Demo {
  readonly page: Page;
  /** The page inside the SDK's frame. */
  readonly widget: FrameLocator;

  constructor(page: Page) {
    this.page = page;
    this.widget = page.frameLocator('iframe[name^="__zoid__pluggy_connect_widget__"]');
  }

  /** Opens the page. The options go to the SDK. */
  static async open(page: Page, sandbox: Sandbox, options = {}): Promise<Demo> {
    await page.goto(`${sandbox.demoUrl}?options=${encodeURIComponent(JSON.stringify(options))}`);
    return new Demo(page);
  }

  /** Opens the widget with a scenario, up to its first screen. */
  async connect(scenario: RegExp): Promise<void> {
    await this.page.getByRole("radio", { name: scenario }).check();
    await this.page.getByRole("button", { name: /Connect a bank|Conectar um banco/ }).click();
    await this.screen("consent");
  }

  /** Opens the widget, and agrees. */
  async connectUpToLogin(scenario: RegExp): Promise<void> {
    await this.connect(scenario);
    await this.main("consent").getByRole("button").click();
    await this.screen("login");
  }

  /** Opens the widget, agrees, and submits the login that the scenario has filled in. */
  async connectAndLogIn(scenario: RegExp): Promise<void> {
    await this.connectUpToLogin(scenario);
    await this.logIn();
  }

  async logIn(): Promise<void> {
    await this.main("login").locator("[type=submit]").click();
  }

  main(screen: string): Locator {
    return this.widget.locator(`[data-screen=${screen}]`);
  }

  /** Waits for a screen of the widget, and returns its heading. */
  async screen(name: string): Promise<string> {
    return await this.main(name).getByRole("heading", { level: 1 }).innerText();
  }

  async press(button: string | RegExp): Promise<void> {
    await this.widget.getByRole("button", { name: button, exact: true }).click();
  }

  /** Returns the callbacks so far, each with what it carried. */
  async callbacks(): Promise<string[]> {
    const lines = await this.page.locator(".callbacks li").all();
    return Promise.all(lines.map(async (line) => (await line.locator("strong, span").allInnerTexts()).join(" ").trim()));
  }

  /** Waits until the last callback is this one. */
  async until(callback: string): Promise<string[]> {
    await expect.poll(async () => (await this.callbacks()).at(-1), { timeout: 20_000 }).toBe(callback);
    return this.callbacks();
  }
}

/** Returns callbacks with each run of polls as one: how many there are depends on the time. */
export function withoutPolls(callbacks: string[]): string[] {
  const isPoll = (callback: string | undefined): boolean => callback?.startsWith("ITEM_RESPONSE") === true;
  return callbacks
    .filter((callback, at) => !(isPoll(callback) && isPoll(callbacks[at + 1])))
    .map((callback) => (isPoll(callback) ? "ITEM_RESPONSE" : callback));
}
