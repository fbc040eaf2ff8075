// What the sandbox has and Pluggy does not.
import type { Values } from "./scenarios.ts";

/** Returns what the login form contains at first, by a control of the sandbox. */
export async function fetchPrefill(): Promise<Values> {
  try {
    const response = await fetch("/sandbox/prefill");
    return response.ok ? await response.json() : {};
  } catch {
    return {}; // It only saves typing.
  }
}

/** Approves or denies at the bank, in place of the person. Returns whether something waited for it. */
export async function actAtBank(itemId: string, granted: boolean): Promise<boolean> {
  const path = `/sandbox/items/${encodeURIComponent(itemId)}/authorize`;
  const response = await fetch(path, { method: "POST", body: JSON.stringify({ granted }) });
  return response.ok;
}
