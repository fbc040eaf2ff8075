import { beforeEach, expect, test } from "vitest";

import { item, ITEM_ID } from "../../testing/items.ts";
import { createPlayer, type Player, type PlayedRequest, type PlayedResponse } from "../src/playback/player.ts";
import type { Recordings, Step } from "../src/playback/recording.ts";

const NOON = Date.parse("2026-11-23T12:00:00Z");
const MINUTE = 60_000;
const NEW_ID = "00000000-0000-4000-8000-000000000001";
const LOGIN = { user: "user-ok", password: "password-ok" };

const entry = (id: string, at: number) => ({
  id,
  kind: "webhook" as const,
  at: new Date(at).toISOString(),
  itemId: ITEM_ID,
  name: id,
  detail: "",
});
const login: Step = {
  act: { kind: "login", connectorId: 2, values: LOGIN },
  at: NOON,
  changes: [
    { at: NOON + 10, pluggyItem: { id: ITEM_ID, status: "UPDATING" } },
    {
      at: NOON + 1000,
      item: item({ phase: "waiting_user", createdAt: "2026-11-23T12:00:00Z" }),
      messages: { pt: "Autorize", en: "Authorize" },
      row: { pk: `ITEM#${ITEM_ID}`, fetchedAt: NOON + 500 },
      entries: [entry("item/created", NOON + 900)],
    },
  ],
};
const pass: Step = {
  act: { kind: "pass" },
  at: NOON + MINUTE,
  changes: [
    { at: NOON + 2 * MINUTE, item: item({ phase: "ready" }), messages: { pt: "Pronto", en: "Ready" } },
    { at: NOON + 2 * MINUTE, entries: [entry("item/updated", NOON + 2 * MINUTE)] },
  ],
};
const update: Step = {
  act: { kind: "update" },
  at: NOON,
  changes: [{ at: NOON, entries: [entry("again", NOON)] }],
};

let now: number;
let player: Player;

function playerOf(...steps: Step[]): Player {
  const scenarios = { device: { itemId: ITEM_ID, steps } } as unknown as Recordings["scenarios"];
  const config = { apiUrl: "/api", widgetUrl: "", bankUrl: "", users: ["ana"], isPlayback: true };
  return createPlayer(
    { banks: { results: [] }, connect: { language: "pt" }, scenarios },
    config,
    () => now,
    () => NEW_ID,
  );
}

function send(method: string, path: string, body?: unknown, more: Partial<PlayedRequest> = {}): PlayedResponse {
  const text = body === undefined ? "" : JSON.stringify(body);
  const authorization = "Bearer ana";
  return player.respond({ method, path, language: "en", authorization, apiKey: null, body: text, ...more });
}

function logIn(parameters: unknown = LOGIN): PlayedResponse {
  const token = send("POST", "/api/connect-token", {}).body as { accessToken: string };
  return send("POST", "/items", { connectorId: 2, parameters }, { apiKey: token.accessToken });
}

const listed = (user = "ana", language: "en" | "pt" = "en") =>
  (
    send("GET", "/api/items", undefined, { authorization: `Bearer ${user}`, language }).body as {
      items: { phase: string }[];
    }
  ).items;

beforeEach(() => {
  now = NOON + 60 * MINUTE;
  player = playerOf(login, pass);
});

test("a recorded login makes a connection with an id of its own, which changes as it was recorded", () => {
  const begun = now;
  expect(logIn()).toEqual({ status: 200, body: { id: NEW_ID, status: "UPDATING" } });
  now = begun + 10;
  expect(send("GET", `/items/${NEW_ID}`).body).toEqual({ id: NEW_ID, status: "UPDATING" });
  expect(listed()).toEqual([]);

  now = begun + 1000;

  expect(listed()).toMatchObject([{ itemId: NEW_ID, phase: "waiting_user", nextAction: { message: "Authorize" } }]);
  expect(listed("ana", "pt")).toMatchObject([{ nextAction: { message: "Autorize" } }]);
});

test("each time of a response moves with the playback", () => {
  const begun = now;
  logIn();
  now += 1000;

  expect(listed()).toMatchObject([{ createdAt: new Date(begun).toISOString() }]);
  const { entries, rows } = player.newsOf("ana");
  expect(entries.map(({ at }) => Date.parse(at) - begun)).toEqual([900]);
  expect(rows).toEqual({ [NEW_ID]: { pk: `ITEM#${NEW_ID}`, fetchedAt: begun + 500 } });
});

test("it continues when the person acts, and a long pause is cut short", () => {
  const begun = now;
  logIn();
  now += 10 * MINUTE;
  expect(listed()).toMatchObject([{ phase: "waiting_user" }]);

  send("POST", "/pass", {});
  now += 3999;
  expect(listed()).toMatchObject([{ phase: "waiting_user" }]);
  now += 1;

  expect(listed()).toMatchObject([{ phase: "ready", createdAt: new Date(begun).toISOString() }]);
  expect(player.newsOf("ana").entries.map(({ name }) => name)).toEqual(["item/created", "item/updated"]);
});

test("an act that comes early does not lose what came before it", () => {
  logIn();
  send("POST", "/pass", {});

  expect(player.newsOf("ana").entries.map(({ name }) => name)).toEqual(["item/created"]);
});

test("a device that is authorized at the bank waits no longer, and one that is denied is not recorded", () => {
  logIn();
  expect(send("POST", `/sandbox/items/${NEW_ID}/authorize`, { granted: false }).status).toBe(400);

  expect(send("POST", `/sandbox/items/${NEW_ID}/authorize`, { granted: true }).status).toBe(200);
  now += 4000;

  expect(listed()).toMatchObject([{ phase: "ready" }]);
});

test("what is not recorded is refused with a sentence", () => {
  const refusal = {
    status: 400,
    body: { codeDescription: "NOT_RECORDED", message: expect.stringContaining("playback") },
  };

  expect(logIn({ ...LOGIN, password: "other" })).toEqual(refusal);
  logIn();
  expect(send("PATCH", `/items/${NEW_ID}`, {})).toEqual(refusal);
  expect(send("POST", `/items/${NEW_ID}/mfa`, { token: "123456" })).toEqual(refusal);
  expect(send("POST", "/api/connect-token", { itemId: NEW_ID }).status).toBe(409);
  expect(listed()).toEqual([]);
});

test("another user sees nothing of it", () => {
  logIn();
  now += 1000;

  expect(listed("bruno")).toEqual([]);
  expect(player.newsOf("bruno")).toEqual({ entries: [], rows: {} });
});

test("an update can be repeated, and each mark of the feed has an id of its own", () => {
  player = playerOf(login, update);
  logIn();
  send("PATCH", `/items/${NEW_ID}`, {});
  send("PATCH", `/items/${NEW_ID}`, {});

  const { entries } = player.newsOf("ana");

  expect(entries.map(({ name }) => name)).toEqual(["item/created", "again", "again"]);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(3);
  expect(send("POST", "/api/connect-token", { itemId: NEW_ID }).body).toMatchObject({
    connect: { updateItem: NEW_ID },
  });
});

test("a disconnected bank is gone from the list, and its events remain", () => {
  logIn();
  now += 1000;

  expect(send("DELETE", `/api/items/${NEW_ID}`).status).toBe(204);

  expect(listed()).toEqual([]);
  expect(player.newsOf("ana").entries).toHaveLength(1);
});
