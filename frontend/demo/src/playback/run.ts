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

/** A time of the recording, and when it was played. */
interface Anchor {
  recorded: number;
  played: number;
}

/** Returns the changes until now, oldest first, with their times and the item's id of this run. */
export function changesOf(run: Run, now: number): Change[] {
  const anchors: Anchor[] = [];
  return run.begun.flatMap(({ step, at }, index) => {
    // What the next act interrupts has happened by then.
    const end = run.begun[index + 1]?.at ?? Infinity;
    anchors.push({ recorded: step.at, played: at });
    return step.changes.flatMap((change) => {
      const played = Math.min(playedAt(change.at, anchors, LONGEST_PAUSE_MS), end);
      if (played > now) return [];
      anchors.push({ recorded: change.at, played });
      return [moved(change, anchors, run, index)];
    });
  });
}

/** Returns when a time of the recording is played: as long after the last known time as then, or `most`. */
function playedAt(time: number, anchors: Anchor[], most = Infinity): number {
  const before = anchors.findLast(({ recorded }) => recorded <= time) ?? anchors[0];
  return before ? before.played + Math.min(time - before.recorded, most) : time;
}

/** Returns the response to the last act: the item, as Pluggy's API had it at once. */
export function responseTo(run: Run, now: number): unknown {
  const index = run.begun.length - 1;
  const first = run.begun[index]?.step.changes.find(({ pluggyItem }) => pluggyItem);
  return first ? moved(first, [{ recorded: first.at, played: now }], run, index).pluggyItem : {};
}

/** Returns a change with the times of the playback and the item of this run. */
function moved(change: Change, anchors: Anchor[], { recording, itemId }: Run, step: number): Change {
  const text = JSON.stringify(change)
    .replaceAll(recording.itemId, itemId)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (time) =>
      new Date(playedAt(Date.parse(time), anchors)).toISOString(),
    )
    .replace(/("\w+At":)(\d{13})\b/g, (_, name: string, time: string) => name + playedAt(Number(time), anchors));
  const { entries, ...rest }: Change = JSON.parse(text);
  const at = playedAt(change.at, anchors);
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
