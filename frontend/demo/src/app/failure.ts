import { isApiError, isWidgetError } from "@pluggy-lambda/client";

import type { AppTexts } from "./texts.ts";

/** Returns the message for a user for whom the widget did not open. */
export function failureOf(error: unknown, texts: AppTexts): string {
  if (isWidgetError(error)) return error.kind === "not-loaded" ? texts.notLoaded : texts.openFailed;
  if (!isApiError(error)) return texts.openFailed;
  if (error.type === "urn:pluggy-lambda:problem:item-not-updatable") return texts.notUpdatable;
  if (error.status === 429) return texts.limitReached(error.retryAfter);
  return error.kind === "network" || error.kind === "timeout" ? texts.noResponse : texts.openFailed;
}
