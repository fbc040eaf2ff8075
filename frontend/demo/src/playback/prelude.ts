// Loaded before everything else in each page of the playback: what would be sent to a server is answered here.
import type { Language } from "@pluggy-lambda/client";

import { createPlayer, type Player, type PlayedRequest, type PlayedResponse } from "./player.ts";
import { RECORDINGS } from "./recordings.gen.ts";

/** An address that is answered here, as everything else. */
const API = "https://api.example.com";
/** How often the feed looks for news. */
const FEED_MS = 300;

type Owner = Window & { player?: Player };
type Asked = { id: string; request: PlayedRequest } | { id: string; response: PlayedResponse };

/** The bank's page has a tab of its own. */
const channel = new BroadcastChannel("playback");
const owner = ownerOf(window);
const isBankPage = location.pathname.endsWith("/bank.html");

if (owner === undefined && !isBankPage) {
  const here = (path: string): string => new URL(path, location.href).href;
  const config = {
    apiUrl: API,
    widgetUrl: here("widget/widget.html"),
    bankUrl: here("widget/bank.html"),
    users: ["ana", "bruno"],
    isPlayback: true,
  };
  const player = createPlayer(RECORDINGS, config, Date.now, () => crypto.randomUUID());
  (window as Owner).player = player;
  channel.addEventListener("message", ({ data }: MessageEvent<Asked>) => {
    if ("request" in data) channel.postMessage({ id: data.id, response: player.respond(data.request) });
  });
}

/** Returns the window around this one that has the player. */
function ownerOf(start: Window): Player | undefined {
  for (let one = start as Owner; ; one = one.parent as Owner) {
    if (one.player) return one.player;
    if (one === one.parent) return undefined;
  }
}

function ask(request: PlayedRequest): PlayedResponse | Promise<PlayedResponse> {
  const player = ownerOf(window);
  if (player) return player.respond(request);
  const id = crypto.randomUUID();
  return new Promise((resolve) => {
    const receive = ({ data }: MessageEvent<Asked>): void => {
      if (data.id !== id || !("response" in data)) return;
      channel.removeEventListener("message", receive);
      resolve(data.response);
    };
    channel.addEventListener("message", receive);
    channel.postMessage({ id, request });
  });
}

window.fetch = async (input, init) => {
  const request = new Request(input, init);
  const { headers, method } = request;
  const language: Language = (headers.get("accept-language") ?? document.documentElement.lang).startsWith("en")
    ? "en"
    : "pt";
  const { origin, pathname } = new URL(request.url);
  const { status, body } = await ask({
    method,
    path: origin === API ? `/api${pathname}` : pathname,
    language,
    authorization: headers.get("authorization"),
    apiKey: headers.get("x-api-key"),
    body: await request.text(),
  });
  const text = body === undefined ? null : JSON.stringify(body);
  return new Response(text, { status, headers: { "content-type": "application/json", "retry-after": "2" } });
};

/** The feed of the page, in place of the browser's `EventSource`. */
class Feed {
  onopen: (() => void) | undefined;
  onmessage: ((event: { data: string }) => void) | undefined;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(path: string) {
    const user = new URL(path, location.href).searchParams.get("user") ?? "";
    let position = 0;
    let shown = "";
    this.#timer = setInterval(() => {
      const { entries, rows } = ownerOf(window)!.newsOf(user);
      const text = JSON.stringify(rows);
      if (entries.length > position || text !== shown)
        this.onmessage?.({ data: JSON.stringify({ entries: entries.slice(position), rows }) });
      [position, shown] = [entries.length, text];
    }, FEED_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

Object.assign(window, { EventSource: Feed });
// Pluggy's client sends by `fetch` where there is no XMLHttpRequest.
Reflect.deleteProperty(window, "XMLHttpRequest");
