// What the page's server gives.
import type { Language } from "@pluggy-lambda/client";

export interface Config {
  apiUrl: string;
  widgetUrl: string;
  /** The page that stands in for the page of every bank. */
  bankUrl: string;
  users: string[];
  /** Whether the responses are recorded ones. */
  isPlayback?: boolean;
}

export async function fetchConfig(): Promise<Config> {
  const response = await fetch("/config.json");
  if (!response.ok) throw new Error(`the page's server responded ${response.status}`);
  return response.json();
}

/** Returns a function that gives a user's access token, as `userToken` of a client does. */
export function tokensOf(user: string): (options: { renew: boolean }) => Promise<string> {
  let token: Promise<string> | undefined;
  return ({ renew }) => {
    if (renew || !token) {
      token = fetchToken(user);
      token.catch(() => (token = undefined));
    }
    return token;
  };
}

/** Returns an access token, as the app's identity provider gives it after a sign-in. */
async function fetchToken(user: string): Promise<string> {
  const response = await post("/token", { user });
  if (!response.ok) throw new Error(`the page's server responded ${response.status}`);
  const { token } = await response.json();
  return token;
}

/** Sets what the widget's stand-in writes into its login form. */
export const setPrefill = (values: Record<string, string>): Promise<Response> => post("/prefill", { values });

/** Lets half an hour pass at Pluggy's stand-in. */
export const passTime = (): Promise<Response> => post("/pass", {});

/** A call of the dashboard's widget: the parameters of a button, and the fields of the page's form. */
export interface SupportCall {
  parameters: Record<string, unknown>;
  form: Record<string, string>;
}

/** Returns the page of the screen for support. */
export async function fetchSupportPage(call: SupportCall, theme: Theme): Promise<string> {
  const response = await post("/support", { ...call, theme });
  if (!response.ok) throw new Error(`the page's server responded ${response.status}`);
  const { html } = await response.json();
  return html;
}

function post(path: string, body: unknown): Promise<Response> {
  return fetch(path, { method: "POST", body: JSON.stringify(body) });
}

export type Theme = "light" | "dark";

/** How the page and the app look, and what the app's next connection is about. */
export interface Look {
  language: Language;
  theme: Theme;
}

export function applyLook({ language, theme }: Look): void {
  document.documentElement.lang = language === "pt" ? "pt-BR" : "en";
  document.documentElement.dataset["theme"] = theme;
}
