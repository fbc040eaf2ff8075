import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

/** The machine is not the browser's to explore. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A visit of a browser: its requests to other machines, which are aborted, and its errors. */
export interface Visit {
  context: BrowserContext;
  page: Page;
  foreignRequests: string[];
  errors: string[];
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: needed("CHROMIUM"), args: FLAGS });
}

/** Opens a page that reaches nothing but this machine. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const viewport = { width: 1280, height: 1000 };
  const context = await browser.newContext({ viewport, colorScheme: "light", locale: "en-US", ...options });
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

/** Expects that axe finds nothing serious, in the page and in its frames. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const findings = serious.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(" ")} ${failureSummary}`)}`,
  );
  expect(findings, where).toEqual([]);
}

/** Returns a variable that scripts/test_page.py sets. */
export function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run make test-page`);
  return value;
}

/** Chromium prints each response of an API that is no success. */
function isRefusal(message: string): boolean {
  return message.startsWith("Failed to load resource: the server responded with a status of");
}

function isLocal({ protocol, hostname }: URL): boolean {
  const isHere = ["localhost", "127.0.0.1"].includes(hostname) || hostname.endsWith(".localhost");
  return protocol === "data:" || protocol === "blob:" || isHere;
}
