import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

/** The arguments of Chromium: no background requests to other machines. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const WIDTHS = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 1000 } };

export type Look = Pick<BrowserContextOptions, "viewport" | "colorScheme" | "locale">;

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: needed("CHROMIUM"), args: FLAGS });
}

/** A visit of a browser: its requests to other machines, which are aborted, and its errors. */
export interface Visit {
  context: BrowserContext;
  page: Page;
  foreignRequests: string[];
  errors: string[];
}

/** Opens a page that reaches nothing but this machine. */
export async function visit(browser: Browser, look: Look = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: WIDTHS.desktop, colorScheme: "light", locale: "en-US", ...look });
  const foreignRequests: string[] = [];
  const errors: string[] = [];
  await context.route("**/*", (route) => {
    const url = new URL(route.request().url());
    if (isLocal(url)) return route.continue();
    foreignRequests.push(url.href);
    return route.abort();
  });
  context.on("page", (page) => {
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && !isRefusal(message.text())) errors.push(message.text());
    });
  });
  return { context, page: await context.newPage(), foreignRequests, errors };
}

/** Chromium prints each response of an API that is no success. */
function isRefusal(message: string): boolean {
  return message.startsWith("Failed to load resource: the server responded with a status of");
}

function isLocal({ protocol, hostname }: URL): boolean {
  return protocol === "data:" || protocol === "blob:" || ["localhost", "127.0.0.1"].includes(hostname) || hostname.endsWith(".localhost");
}

/** Expects that axe finds nothing serious, in the page and in its frames. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const findings = serious.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(" ")} ${failureSummary ?? ""}`).join("; ")}`,
  );
  expect(findings, where).toEqual([]);
}

/** Returns a variable that scripts/test_browser.py sets. */
export function needed(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set; run make test-browser`);
  return value;
}
