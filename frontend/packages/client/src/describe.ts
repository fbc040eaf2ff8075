import type { Language } from "./http.ts";
import type { ActionKind, ConnectTokenRequest, Item, Phase } from "./schemas.ts";

/** What to show of a connection. Every text is to be shown as text, never as HTML. */
export interface View {
  tone: "progress" | "good" | "notice" | "warning";
  /** The sentence for the user. */
  message: string;
  /** The bank's own words, in Portuguese, where they help: to show below the message. */
  bankMessage: string | undefined;
  /** A button that opens the widget with a token for this request. */
  button: { label: string; request: ConnectTokenRequest } | undefined;
  /** A link to the bank's login page, to open in a new tab. It is for this user alone: do not store or log it. */
  link: { label: string; href: string } | undefined;
  /** The image that the bank's question is about, as an address for an `img`. It needs `img-src data:`. */
  image: string | undefined;
  /** Whether there is data to use, maybe of an earlier day. */
  hasData: boolean;
  /** The products that the last execution did not collect, by Pluggy's keys. */
  missingProducts: string[];
  /** To send along when the user writes to your support. Not for the screen. */
  supportCode: string | undefined;
}

const TONES: Record<Phase, View["tone"]> = {
  connecting: "progress",
  updating: "progress",
  ready: "good",
  ready_partial: "notice",
  retrying: "notice",
  unknown: "notice",
  waiting_user: "warning",
  reconnect: "warning",
  failed: "warning",
};

/** The tones of kinds that say more than the phase: data that is there, and old. */
const TONES_OF_KINDS: Partial<Record<ActionKind, View["tone"]>> = { update: "notice" };

/** The kinds for which the bank's message says more than ours. For other kinds it may mislead the user. */
const BANK_HELPS: ReadonlySet<string> = new Set<ActionKind>([
  "authorize_device",
  "act_at_bank",
  "reconnect",
  "contact_support",
]);

interface Labels {
  buttons: Partial<Record<ActionKind, string>>;
  otherButton: string;
  link: string;
}

const LABELS: Record<Language, Labels> = {
  pt: {
    buttons: { answer_mfa: "Informar a confirmação", update: "Atualizar agora" },
    otherButton: "Conectar novamente",
    link: "Abrir a página do banco",
  },
  en: {
    buttons: { answer_mfa: "Enter the confirmation", update: "Update now" },
    otherButton: "Connect again",
    link: "Open the bank's page",
  },
};

/**
 * Returns what to show of an item. The language is that of the labels; `message` is in the language of the response.
 */
export function describe(item: Item, language: Language = "pt"): View {
  const { kind, message, prompt, link, connectToken } = item.nextAction;
  const labels = LABELS[language];
  return {
    // A phase that this version does not know says nothing good or bad.
    tone: own(TONES_OF_KINDS, kind) ?? own(TONES, item.phase) ?? "notice",
    message,
    bankMessage: (BANK_HELPS.has(kind) && item.error?.providerMessage) || undefined,
    button: connectToken
      ? { label: own(labels.buttons, kind) ?? labels.otherButton, request: connectToken }
      : undefined,
    link: isHttps(link) ? { label: labels.link, href: link } : undefined,
    image: prompt?.image && /^[\w+/=-]+$/.test(prompt.image) ? `data:image/png;base64,${prompt.image}` : undefined,
    hasData: item.lastUpdatedAt !== null,
    missingProducts: Object.keys(item.products).filter((product) => item.products[product]?.isUpdated === false),
    supportCode: item.error?.code ?? item.executionStatus ?? undefined,
  };
}

/** Only https: what comes from a bank is not trusted as the address of a link. */
function isHttps(link: unknown): link is string {
  return typeof link === "string" && link.startsWith("https://");
}

/** Returns the value under a key that may be any text. */
function own<Value>(record: Partial<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
