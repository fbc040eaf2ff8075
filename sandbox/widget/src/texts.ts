import { en, type Texts } from "./texts/en.ts";
import { pt } from "./texts/pt.ts";

export type { Texts };

export type Language = "en" | "pt";

/** Returns the language that an option of the widget selects. Pluggy's default is Portuguese. */
export function languageOf(option: string | null | undefined): Language {
  return option?.toLowerCase().startsWith("en") ? "en" : "pt";
}

export const TEXTS: Record<Language, Texts> = { en, pt };

/** Sets what the whole page needs to know of the language and the theme. */
export function preparePage(language: Language, theme: string | null | undefined, title: string): void {
  document.documentElement.lang = language === "pt" ? "pt-BR" : "en";
  document.documentElement.dataset.theme = theme === "dark" ? "dark" : "light";
  document.title = title;
}
