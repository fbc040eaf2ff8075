// A run of a recording: which of its changes have happened by now.
import type { Item, Language } from "@pluggy-lambda/client";

import type { Rows } from "../page/feed.ts";
import type { ServerEntry } from "../page/timeline.ts";
import type { Act, Change, Recording, Step } from "./recording.ts";

/** A pause of the recording is at most as long as this. */
const LONGEST_PAUSE_MS = 4000;

/** One connection of a user. */
export interface Run {
  user: string;
  itemId: string;
  recording: Recording;
  /** The steps so far, and when the person began each. */
  begun: { step: Step; at: number }[];
  /** Whether the user has disconnected it. */
  isDeleted: boolean;
}

/** Begins the step of an act, if the recording continues with it. Returns whether it does. An update can be repeated. */
export function begin(run: Run, act: Act, now: number): boolean {
  const next = run.recording.steps[run.begun.length] ?? run.recording.steps.at(-1);
  const isRepeated = run.begun.some(({ step }) => step === next);
  if (!next || !isSame(next.act, act) || (isRepeated && act.kind !== "update")) return false;
  run.begun.push({ step: next, at: now });
  return true;
}

function isSame(recorded: Act, act: Act): boolean {
  // Who authorizes a device ends the wait for it.
  if (recorded.kind === "pass" && act.kind === "authorize") return true;
  return JSON.stringify(recorded, sorted) === JSON.stringify(act, sorted);
}

function sorted(_: string, value: unknown): unknown {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord ? Object.fromEntries(Object.entries(value).sort()) : value;
}

/** Returns the changes until now, oldest first, with their times and the item's id of this run. */
export function changesOf(run: Run, now: number): Change[] {
  return run.begun.flatMap(({ step, at }, index) => {
    // What the next act interrupts has happened by then.
    const end = run.begun[index + 1]?.at ?? Infinity;
    let before = step.at;
    let after = 0;
    return step.changes.flatMap((change) => {
      after += Math.min(change.at - before, LONGEST_PAUSE_MS);
      before = change.at;
      const happened = Math.min(at + after, end);
      return happened <= now ? [moved(change, happened, run, index)] : [];
    });
  });
}

/** Returns the response to the last act: the item, as Pluggy's API had it at once. */
export function responseTo(run: Run, now: number): unknown {
  const index = run.begun.length - 1;
  const first = run.begun[index]?.step.changes.find(({ pluggyItem }) => pluggyItem);
  return first ? moved(first, now, run, index).pluggyItem : {};
}

/** Returns a change as of another time and of another item: each time in it moves as far. */
function moved(change: Change, at: number, { recording, itemId }: Run, step: number): Change {
  const distance = at - change.at;
  const text = JSON.stringify(change)
    .replaceAll(recording.itemId, itemId)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (time) => new Date(Date.parse(time) + distance).toISOString())
    .replace(/("\w+At":)(\d{13})\b/g, (_, name: string, time: string) => name + (Number(time) + distance));
  const { entries, ...rest }: Change = JSON.parse(text);
  // A step may be repeated.
  return {
    ...rest,
    at,
    ...(entries && { entries: entries.map((entry) => ({ ...entry, id: `${entry.id}-${step}` })) }),
  };
}

export function entriesOf(changes: Change[]): ServerEntry[] {
  return changes.flatMap(({ entries = [] }) => entries);
}

export function rowOf(changes: Change[]): Rows[string] | undefined {
  return changes.findLast(({ row }) => row)?.row;
}

export function pluggyItemOf(changes: Change[]): unknown {
  return changes.findLast(({ pluggyItem }) => pluggyItem)?.pluggyItem;
}

export function itemOf(changes: Change[], language: Language): Item | undefined {
  const { item, messages } = changes.findLast((change) => change.item) ?? {};
  if (!item || !messages) return undefined;
  return { ...item, nextAction: { ...item.nextAction, message: messages[language] } };
}
