import type { Item } from "@pluggy-lambda/react";

import type { Look } from "../server.ts";

let bankUrl = "";

export function setBankAddress(url: string): void {
  bankUrl = url;
}

/** Returns the address of the page that stands in for the bank's. */
export function bankPage(item: Item, { language, theme }: Look): string {
  return `${bankUrl}?${new URLSearchParams({ item: item.itemId, language, theme })}`;
}
