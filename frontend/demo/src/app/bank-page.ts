import type { Item } from "@pluggy-lambda/react";

import type { Look } from "../server.ts";

let widgetUrl = "";

export function setBankAddress(url: string): void {
  widgetUrl = url;
}

/** Returns the address of the page that the sandbox serves in the bank's place. */
export function bankPage(item: Item, { language, theme }: Look): string {
  return `${widgetUrl}/bank/login?${new URLSearchParams({ item: item.itemId, language, theme })}`;
}
