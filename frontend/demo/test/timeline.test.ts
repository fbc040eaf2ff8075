import { expect, test } from "vitest";

import { item, ITEM_ID, OTHER_ID } from "../../testing/items.ts";
import {
  type Attempt,
  type BrowserEntry,
  marksOf,
  type ServerEntry,
  verdictOf,
  withEntry,
  withItem,
} from "../src/page/timeline.ts";

const NOON = Date.parse("2026-11-23T12:00:00Z");

const request = (at: number, method: string, path: string, status = 200): BrowserEntry => ({
  kind: "request",
  at: NOON + at,
  method,
  path,
  status,
});
const callback = (at: number, event: string, itemId?: string): BrowserEntry => ({
  kind: "callback",
  at: NOON + at,
  event: { event, timestamp: NOON + at, itemId },
});
const closed: BrowserEntry = { kind: "closed", at: NOON + 5 };
const server = (at: number, kind: ServerEntry["kind"], name: string, itemId = ITEM_ID): ServerEntry => ({
  id: `${kind}-${at}`,
  kind,
  at: new Date(NOON + at).toISOString(),
  itemId,
  name,
  detail: "",
});
const attemptsOf = (...entries: BrowserEntry[]): Attempt[] => entries.reduce(withEntry, [] as Attempt[]);
const names = (
  attempts: Attempt[],
  entries: ServerEntry[],
  verdict: Parameters<typeof marksOf>[3] = "none",
): string[] =>
  marksOf(attempts, entries, ITEM_ID, verdict).map(({ name, count }) => (count > 1 ? `${name} ×${count}` : name));

const BEGUN = [request(0, "POST", "/connect-token"), callback(1, "LOGIN_SUCCESS", ITEM_ID)];

test("a token for the widget begins an attempt, and the first callback with an item names it", () => {
  const attempts = attemptsOf(
    request(-1, "GET", "/items"),
    ...BEGUN,
    request(8, "POST", "/connect-token"),
    callback(9, "LOGIN_SUCCESS", OTHER_ID),
  );

  expect(attempts.map(({ itemId, entries }) => [itemId, entries.length])).toEqual([
    [ITEM_ID, 2],
    [OTHER_ID, 2],
  ]);
});

test("a tab that was closed before any callback made the connection that is newer", () => {
  const older = item({ itemId: OTHER_ID, createdAt: new Date(NOON - 1).toISOString() });
  const made = item({ itemId: ITEM_ID, createdAt: new Date(NOON + 2).toISOString() });
  const opened = request(0, "POST", "/connect-token");
  const before = attemptsOf(
    request(-9, "POST", "/connect-token"),
    callback(-8, "LOGIN_SUCCESS", ITEM_ID),
    opened,
    closed,
  );

  expect(withItem(attemptsOf(opened, closed), [made, older]).at(-1)?.itemId).toBe(ITEM_ID);
  expect(withItem(attemptsOf(opened, closed), [older]).at(-1)?.itemId).toBeUndefined();
  // The callback of an open tab will name it.
  expect(withItem(attemptsOf(opened), [made]).at(-1)?.itemId).toBeUndefined();
  expect(withItem(before, [made]).at(-1)?.itemId).toBeUndefined();
});

test("marks are those of one item, in the order in which they happened", () => {
  const others = [request(8, "POST", "/connect-token"), callback(9, "LOGIN_SUCCESS", OTHER_ID)];
  const entries = [server(3, "webhook", "item/created"), server(2, "fetch", "GET"), server(4, "bus", "x", OTHER_ID)];

  expect(names(attemptsOf(...BEGUN, ...others), entries)).toEqual([
    "POST /connect-token",
    "LOGIN_SUCCESS",
    "GET /items/{itemId}",
    "item/created",
  ]);
});

test("equal marks that follow each other are one, except events of the bus", () => {
  const polls = [request(2, "GET", "/items"), request(3, "GET", "/items", 304)];
  const entries = [server(4, "bus", "item.changed"), server(5, "bus", "item.changed")];

  expect(names(attemptsOf(...BEGUN, ...polls), entries).slice(2)).toEqual([
    "GET /items ×2",
    "item.changed",
    "item.changed",
  ]);
});

test("a callback that never came is shown before the webhook that has the truth", () => {
  const attempts = attemptsOf(...BEGUN, closed);
  const entries = [server(6, "webhook", "item/login_succeeded"), server(8, "webhook", "item/created")];

  const marks = marksOf(attempts, entries, ITEM_ID, "missing-success");

  expect(marks.slice(-3).map(({ kind, name, to }) => [kind, name, to])).toEqual([
    ["webhook", "item/login_succeeded", "backend"],
    ["missing", "onSuccess", "browser"],
    ["webhook", "item/created", "backend"],
  ]);
});

test.each([
  ["nothing was opened", [], undefined, "none"],
  ["no item is known", BEGUN, undefined, "running"],
  ["it is in progress", BEGUN, "connecting", "running"],
  ["the tab is closed in the middle", [...BEGUN, closed], "waiting_user", "closed"],
  ["it ends well after a closed tab", [...BEGUN, closed], "ready", "missing-success"],
  ["it ends well in part after a closed tab", [...BEGUN, closed], "ready_partial", "missing-success"],
  ["it ends badly after a closed tab", [...BEGUN, closed], "reconnect", "missing-error"],
  ["the widget was closed before the end", [...BEGUN, callback(3, "onClose")], "ready", "missing-success"],
  ["the callback may still come", BEGUN, "ready", "running"],
  ["onSuccess came", [...BEGUN, callback(3, "onSuccess", ITEM_ID)], "ready", "confirmed"],
  ["onSuccess came before the tab was closed", [...BEGUN, callback(3, "onSuccess"), closed], "ready", "confirmed"],
  ["onError came", [...BEGUN, callback(3, "onError", ITEM_ID)], "reconnect", "failed"],
] as const)("the verdict where %s", (_, entries, phase, verdict) => {
  expect(verdictOf(attemptsOf(...entries).at(-1), phase && item({ phase }))).toBe(verdict);
});

test("a widget that got no token, or was closed before a login, is not in progress", () => {
  const refused = attemptsOf(request(0, "POST", "/connect-token", 429), request(1, "GET", "/items"));
  const left = attemptsOf(request(0, "POST", "/connect-token"), callback(1, "onOpen"), callback(2, "onClose"));

  expect(verdictOf(refused[0], undefined)).toBe("refused");
  expect(verdictOf(left[0], undefined)).toBe("left");
  expect(verdictOf(attemptsOf(...BEGUN, callback(2, "onClose"))[0], undefined)).toBe("running");
});
