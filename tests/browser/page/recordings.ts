// Records what the running stack responds in each scenario, for the playback of `make demo-site`.
import { writeFile } from "node:fs/promises";

import type { Page, Request, Response } from "playwright-core";

import { Demo } from "./demo.ts";
import { needed } from "../browser.ts";
import { test } from "./fixtures.ts";

type Json = Record<string, unknown>;
type Act = { kind: string; [detail: string]: unknown };

interface Change extends Json {
  at: number;
}

interface News {
  entries: { itemId: string }[];
  rows: Record<string, Json>;
}

const FILE = new URL("../../../frontend/demo/src/playback/recordings.gen.ts", import.meta.url);
const HEAD = `// Written by \`make recordings\`. Do not edit.
import type { Recordings } from "./recording.ts";

export const RECORDINGS: Recordings = `;
const POLL_MS = 250;
/** Nothing more comes after a pause as long as this. */
const QUIET_MS = 5000;

/** What a person does in each scenario, after the sign-in. */
const SCENARIOS: Record<string, (demo: Demo) => Promise<void>> = {
  async works(demo) {
    await demo.connect("It works");
    await demo.waitForPhase("ready");
    await demo.waitForMark("bus", "item.ready");
    await demo.widget.getByRole("button", { name: "Done" }).click();
    await demo.page.waitForTimeout(QUIET_MS);
    await demo.card.getByRole("button", { name: "Update" }).click();
    await demo.waitForMark("webhook", "item/updated");
    await demo.widget.getByRole("button", { name: "Done" }).click();
  },
  async mfa(demo) {
    await demo.connect("Asks for a code");
    await demo.waitForPhase("waiting_user");
    await demo.widget.getByRole("button", { name: "Right code" }).click();
    await demo.widget.getByRole("button", { name: "Send" }).click();
    await demo.waitForPhase("ready");
  },
  async "wrong-password"(demo) {
    await demo.connect("Wrong password");
    await demo.waitForPhase("reconnect");
    await demo.page.waitForTimeout(QUIET_MS);
    await demo.widget.getByRole("button", { name: "Try again" }).click();
    await demo.widget.getByLabel("Password").fill("password-ok");
    await demo.logIn();
    await demo.waitForPhase("ready");
  },
  async device(demo) {
    await demo.connect("Caixa");
    await demo.waitForPhase("waiting_user");
    await demo.page.waitForTimeout(QUIET_MS);
    await demo.closeTab();
    await demo.letTimePass();
    await demo.waitForPhase("ready");
  },
  async "open-finance"(demo) {
    await demo.connect("Open Finance");
    const opened = demo.page.context().waitForEvent("page");
    await demo.widget.getByRole("link", { name: "Go to your bank" }).click();
    const bank = await opened;
    await demo.waitForPhase("waiting_user");
    // The scheduler fetches the item again, so that the app has the link, too.
    await demo.card.getByRole("link").waitFor({ timeout: 80_000 });
    await bank.getByRole("button", { name: "Log in and approve" }).click();
    await demo.waitForPhase("ready");
  },
  async partial(demo) {
    await demo.connect("Partial success");
    await demo.waitForPhase("ready_partial");
  },
  async "bank-down"(demo) {
    await demo.connect("Bank is down");
    await demo.waitForPhase("retrying");
  },
};

/** What is recorded of one connection, while it happens. */
class Recorder {
  itemId = "";
  banks: unknown;
  connect: unknown;
  readonly steps: { act: Act; at: number; changes: Change[] }[] = [];
  readonly #last = new Map<string, string>();
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    page.context().on("request", (request) => this.#request(request));
    page.context().on("response", (response) => void this.#response(response).catch(() => {}));
  }

  #request(request: Request): void {
    const act = actOf(request);
    if (act) this.steps.push({ act, at: Date.now(), changes: [] });
  }

  async #response(response: Response): Promise<void> {
    const { pathname } = new URL(response.url());
    const method = response.request().method();
    if (!response.ok() || method === "OPTIONS") return;
    if (pathname === "/connect-token") {
      const { connect } = await response.json();
      const { language, theme, selectedConnectorId, ...rest } = connect;
      this.connect ??= rest;
    } else if (pathname === "/connectors") {
      this.banks ??= await response.json();
    } else if (response.url().startsWith(`${needed("PLUGGY_API_URL")}/items`)) {
      const item = await response.json();
      this.itemId ||= item.id;
      this.#change("pluggyItem", item);
    }
  }

  /** Adds a value that has changed. */
  #change(name: string, value: unknown, more: Json = {}): void {
    const text = JSON.stringify(value);
    if (value === undefined || this.#last.get(name) === text) return;
    this.#last.set(name, text);
    this.steps.at(-1)?.changes.push({ at: Date.now(), [name]: value, ...more });
  }

  async poll(): Promise<void> {
    if (!this.itemId) return;
    const { news, items } = await this.#page.evaluate(ask, this.itemId);
    for (const { entries, rows } of news) {
      const own = entries.filter(({ itemId }) => itemId === this.itemId);
      if (own.length > 0) this.#change("entries", own);
      this.#change("row", rows[this.itemId]);
    }
    const [pt, en] = items;
    const messages = { pt: pt?.nextAction.message, en: en?.nextAction.message };
    // The messages change together with the item: a request between two others may have an older one.
    if (pt && en && pt.fetchedAt === en.fetchedAt && pt.phase === en.phase) this.#change("item", pt, { messages });
  }
}

function actOf(request: Request): Act | undefined {
  const { pathname, origin } = new URL(request.url());
  const body = () => request.postDataJSON();
  switch (`${request.method()} ${pathname.replace(/[0-9a-f-]{36}/, "{id}")}`) {
    case "POST /pass":
      return { kind: "pass" };
    case "POST /sandbox/items/{id}/authorize":
      return { kind: "authorize" };
    case "POST /items":
      return { kind: "login", connectorId: body().connectorId, values: body().parameters };
    case "PATCH /items/{id}":
      return origin === needed("PLUGGY_API_URL") ? { kind: "update", values: body()?.parameters } : undefined;
    case "POST /items/{id}/mfa":
      return { kind: "answer", values: body() };
    default:
      return undefined;
  }
}

interface ApiItem {
  fetchedAt: string;
  phase: string;
  nextAction: { message: string };
}

/** Runs in the page: returns what came since the last time. */
async function ask(itemId: string): Promise<{ news: News[]; items: (ApiItem | undefined)[] }> {
  const recorder = window as unknown as { news?: News[]; token?: string; apiUrl?: string };
  if (!recorder.news) {
    const news: News[] = (recorder.news = []);
    new EventSource("/feed?user=ana").onmessage = ({ data }) => news.push(JSON.parse(data));
    const response = await fetch("/token", { method: "POST", body: JSON.stringify({ user: "ana" }) });
    recorder.token = (await response.json()).token;
    recorder.apiUrl = (await (await fetch("/config.json")).json()).apiUrl;
  }
  const items = ["pt", "en"].map(async (language) => {
    const headers = { authorization: `Bearer ${recorder.token}`, "accept-language": language };
    const response = await fetch(`${recorder.apiUrl}/items/${itemId}`, { headers });
    return response.ok ? response.json() : undefined;
  });
  return { items: await Promise.all(items), news: recorder.news.splice(0) };
}

test("each scenario", { timeout: 600_000 }, async ({ visit }) => {
  const scenarios: Json = {};
  let shared: Json = {};
  for (const [name, act] of Object.entries(SCENARIOS)) {
    const demo = await Demo.open(visit.page);
    await demo.signIn();
    await demo.disconnectAll();
    const recorder = new Recorder(visit.page);
    let isOver = false;
    const polls = (async () => {
      while (!isOver) {
        await recorder.poll();
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    })();
    await act(demo);
    await visit.page.waitForTimeout(QUIET_MS);
    isOver = true;
    await polls;
    visit.context.removeAllListeners("request");
    visit.context.removeAllListeners("response");
    shared = { banks: recorder.banks, connect: recorder.connect };
    scenarios[name] = { itemId: recorder.itemId, steps: recorder.steps };
  }
  await writeFile(FILE, `${HEAD}${written({ ...shared, scenarios })};\n`);
});

/** Returns a value as JSON, with a line for each change. */
function written(value: Json): string {
  return JSON.stringify(value).replaceAll('{"at":', '\n{"at":').replaceAll('{"act":', '\n{"act":').replaceAll('{"itemId":', '\n{"itemId":');
}
