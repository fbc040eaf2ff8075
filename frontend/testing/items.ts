import type { Item } from "@pluggy-lambda/client";

export const ITEM_ID = "9a7b6c5d-0000-4000-8000-000000000001";
export const OTHER_ID = "9a7b6c5d-0000-4000-8000-000000000002";

/** Returns an item as the API describes it. */
export function item(
  change: Partial<Omit<Item, "nextAction">> & { nextAction?: Partial<Item["nextAction"]> } = {},
): Item {
  const { nextAction, ...rest } = change;
  return {
    itemId: ITEM_ID,
    connector: null,
    status: "UPDATED",
    executionStatus: "SUCCESS",
    phase: "ready",
    nextAction: {
      kind: "none",
      reason: "up_to_date",
      message: "Sua conta está conectada.",
      expiresAt: null,
      link: null,
      connectToken: null,
      prompt: null,
      bank: null,
      ...nextAction,
    },
    products: {},
    error: null,
    createdAt: "2026-11-23T12:00:00Z",
    updatedAt: "2026-11-23T12:00:08Z",
    lastUpdatedAt: "2026-11-23T12:00:08Z",
    nextAutoSyncAt: null,
    consentExpiresAt: null,
    fetchedAt: "2026-11-23T12:00:09Z",
    ...rest,
  };
}
