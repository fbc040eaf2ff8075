import { expect } from "vitest";

import type { Reply } from "../../../testing/api.ts";
import { item, ITEM_ID } from "../../../testing/items.ts";
import type { Testbed } from "../../../testing/set-up.ts";
import type { PluggyClient, Visibility } from "../src/index.ts";

export const path = `/items/${ITEM_ID}`;
export const connecting = (): Reply => ({ headers: { "retry-after": "3" }, body: item({ phase: "connecting" }) });
export const ready = (): Reply => ({ body: item() });
export const refused = (status: number, headers = {}): Reply => ({ status, headers, body: { message: "Refused" } });

/** Makes the API reply by the seconds since now. */
export function replyBySecond(testbed: Testbed, reply: (second: number) => Reply): void {
  const start = Date.now();
  testbed.api.reply = ({ at }) => reply((at - start) / 1000);
}

/** Collects the statuses and phases that a subscriber sees. */
export function watch(client: PluggyClient): { seen: string[]; leave: () => void } {
  const store = client.connection(ITEM_ID);
  const seen: string[] = [];
  const note = () => void seen.push([store.getSnapshot().status, store.getSnapshot().item?.phase].join(" "));
  note();
  return { seen, leave: store.subscribe(note) };
}

/** The app's visibility, which the test turns on and off. */
export function visibility(): Visibility & { set: (visible: boolean) => void } {
  const listeners = new Set<() => void>();
  let visible = true;
  return {
    isVisible: () => visible,
    subscribe: (listener) => (listeners.add(listener), () => void listeners.delete(listener)),
    set: (next) => ((visible = next), listeners.forEach((listener) => listener())),
  };
}

/** Checks the pauses between the requests. The last one is that of all that follow. */
export function expectPauses(testbed: Testbed, ...shortest: number[]): void {
  const seconds = testbed.api.seconds(path);
  const pauses = seconds.slice(1).map((second, index) => second - (seconds[index] ?? 0));
  expect(pauses.length).toBeGreaterThanOrEqual(shortest.length);
  // Up to a fifth longer, and half a second for the step of the clock.
  pauses.forEach((pause, index) => {
    const least = shortest[Math.min(index, shortest.length - 1)] ?? 0;
    expect(pause, `${pauses}`).toBeGreaterThanOrEqual(least);
    expect(pause, `${pauses}`).toBeLessThanOrEqual(least * 1.2 + 0.5);
  });
}
