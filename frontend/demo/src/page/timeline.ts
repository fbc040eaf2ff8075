// What happened, as marks between three lanes. Pure: it only sorts and joins what others report.
import type { Item, WidgetEvent } from "@pluggy-lambda/client";

export type Lane = "browser" | "pluggy" | "backend";

/** What the feed of the page's server reports. */
export interface ServerEntry {
  id: string;
  kind: "webhook" | "fetch" | "bus" | "row";
  at: string;
  itemId: string;
  name: string;
  detail: string;
}

/** What the page sees of the app's tab. */
export type BrowserEntry =
  | { kind: "callback"; at: number; event: WidgetEvent }
  | { kind: "request"; at: number; method: string; path: string; status: number }
  | { kind: "closed" | "reopened" | "passed"; at: number };

/** One opening of the widget, and what followed. */
export interface Attempt {
  start: number;
  itemId: string | undefined;
  entries: BrowserEntry[];
}

export type MarkKind = ServerEntry["kind"] | BrowserEntry["kind"] | "missing";

export interface Mark {
  id: string;
  kind: MarkKind;
  at: number;
  from: Lane;
  /** Absent where it stays in its lane. */
  to: Lane | undefined;
  name: string;
  detail: string;
  /** How often it came in a row. */
  count: number;
}

/** How the callbacks of an item's last attempt compare with the truth. */
export type Verdict =
  "none" | "refused" | "left" | "running" | "closed" | "missing-success" | "missing-error" | "confirmed" | "failed";

/** Adds an entry of the browser. A token for the widget begins an attempt. */
export function withEntry(attempts: Attempt[], entry: BrowserEntry): Attempt[] {
  const last = attempts.at(-1);
  const begins = entry.kind === "request" && entry.path === "/connect-token";
  if (begins || !last) {
    // What happens before the first opening, such as reading the list, is about no connection.
    if (!begins) return attempts;
    return [...attempts, { start: entry.at, itemId: undefined, entries: [entry] }];
  }
  const itemId = (entry.kind === "callback" ? entry.event.itemId : undefined) ?? last.itemId;
  return [...attempts.slice(0, -1), { ...last, itemId, entries: [...last.entries, entry] }];
}

/** Names the item of a last attempt whose tab was closed before any callback did: it is the one that is newer. */
export function withItem(attempts: Attempt[], items: readonly Item[]): Attempt[] {
  const last = attempts.at(-1);
  if (!last || last.itemId !== undefined || !isClosed(last)) return attempts;
  const known = new Set(attempts.map(({ itemId }) => itemId));
  const made = items.find(({ itemId, createdAt }) => !known.has(itemId) && Date.parse(createdAt) >= last.start);
  return made ? [...attempts.slice(0, -1), { ...last, itemId: made.itemId }] : attempts;
}

const WORKING = new Set(["connecting", "updating", "waiting_user"]);
const SUCCEEDED = new Set(["ready", "ready_partial"]);
const ENDINGS = new Set(["item/created", "item/updated", "item/error"]);

export function verdictOf(attempt: Attempt | undefined, item: Item | undefined): Verdict {
  if (!attempt) return "none";
  if (isRefused(attempt)) return "refused";
  if (!item && isLeft(attempt)) return "left";
  if (!item || WORKING.has(item.phase)) return isClosed(attempt) ? "closed" : "running";
  const called = calledOf(attempt);
  if (SUCCEEDED.has(item.phase)) {
    if (called.has("onSuccess")) return "confirmed";
    return isOver(attempt) ? "missing-success" : "running";
  }
  if (called.has("onError")) return "failed";
  return isOver(attempt) ? "missing-error" : "running";
}

/** Returns the marks of an item, or of an attempt that has none yet, in the order in which they happened. */
export function marksOf(
  attempts: Attempt[],
  entries: ServerEntry[],
  itemId: string | undefined,
  verdict: Verdict,
): Mark[] {
  const own = attempts.filter((attempt) => attempt.itemId === itemId);
  const browser = own.flatMap((attempt) => attempt.entries.flatMap(browserMark));
  const server = entries.filter((entry) => entry.itemId === itemId).map(serverMark);
  const marks = [...browser, ...server].sort((one, other) => one.at - other.at);
  const last = own.at(-1);
  if (last && (verdict === "missing-success" || verdict === "missing-error")) {
    const isEnding = (mark: Mark): boolean =>
      mark.kind === "webhook" && ENDINGS.has(mark.name) && mark.at >= last.start;
    const at = marks.findLastIndex(isEnding);
    const name = verdict === "missing-success" ? "onSuccess" : "onError";
    const end = marks[at];
    if (end) marks.splice(at, 0, { ...end, id: `missing-${end.id}`, kind: "missing", to: "browser", name, detail: "" });
  }
  return joined(marks);
}

/** Whether the widget was closed before it named an item. */
function isLeft(attempt: Attempt): boolean {
  return attempt.itemId === undefined && calledOf(attempt).has("onClose");
}

/** Whether the widget did not open, because there was no token for it. */
function isRefused({ entries: [first] }: Attempt): boolean {
  return first?.kind === "request" && first.status >= 400;
}

function isClosed(attempt: Attempt): boolean {
  const last = attempt.entries.findLast((entry) => entry.kind === "closed" || entry.kind === "reopened");
  return last !== undefined;
}

function isOver(attempt: Attempt): boolean {
  return isClosed(attempt) || calledOf(attempt).has("onClose");
}

function calledOf(attempt: Attempt): Set<string> {
  return new Set(attempt.entries.map((entry) => (entry.kind === "callback" ? entry.event.event : "")));
}

function browserMark(entry: BrowserEntry, number: number): Mark[] {
  const mark = { id: `${entry.kind}-${entry.at}-${number}`, kind: entry.kind, at: entry.at, detail: "", count: 1 };
  switch (entry.kind) {
    case "callback":
      return [{ ...mark, from: "pluggy", to: "browser", name: entry.event.event, detail: entry.event.code ?? "" }];
    case "request": {
      const path = entry.path.replace(/[0-9a-f-]{36}/, "{itemId}");
      return [
        { ...mark, from: "browser", to: "backend", name: `${entry.method} ${path}`, detail: String(entry.status) },
      ];
    }
    case "passed":
      return [{ ...mark, from: "pluggy", to: undefined, name: "" }];
    default:
      return [{ ...mark, from: "browser", to: undefined, name: "" }];
  }
}

function serverMark({ id, kind, at, name, detail }: ServerEntry): Mark {
  const mark = { id, kind, at: Date.parse(at), name, detail, count: 1 };
  switch (kind) {
    case "webhook":
      return { ...mark, from: "pluggy", to: "backend" };
    case "fetch":
      return { ...mark, from: "backend", to: "pluggy", name: `${name} /items/{itemId}` };
    default:
      return { ...mark, from: "backend", to: undefined };
  }
}

/** Joins equal marks that follow each other. A 304 says that nothing is new: it joins the request before it. */
function joined(marks: Mark[]): Mark[] {
  const found: Mark[] = [];
  for (const mark of marks) {
    const before = found.at(-1);
    const isSame = before && before.kind === mark.kind && before.name === mark.name && before.from === mark.from;
    if (before && isSame && mark.kind !== "row" && mark.kind !== "bus")
      found[found.length - 1] = { ...before, count: before.count + 1, detail: mark.detail };
    else found.push(mark);
  }
  return found;
}
