import type { Item, TokenRequest } from "./connect-api";

export interface View {
  tone: "progress" | "good" | "notice" | "warning";
  message: string;
  /** What the bank itself says, in Portuguese: to show below the message. */
  bankSays: string | undefined;
  /** What the bank asks for; it is answered in the widget. */
  prompt: Item["nextAction"]["prompt"];
  /** What to do at the bank. */
  bank: Item["nextAction"]["bank"];
  /** Whether there is data to use, maybe of an earlier day. */
  hasData: boolean;
  /** For a button: open the widget with a token for this. */
  openWidgetFor: TokenRequest | undefined;
  /** To send along when the user writes to your support. Not for the screen. */
  supportCode: string | undefined;
}

/** Where the bank's words tell the user more than ours. Elsewhere they may send the user the wrong way. */
const BANK_SAYS: ReadonlySet<Item["nextAction"]["kind"]> = new Set([
  "authorize_device",
  "act_at_bank",
  "reconnect",
  "contact_support",
]);

export function whatToShow(item: Item): View {
  const { kind, message, prompt, bank, connectToken } = item.nextAction;
  return {
    tone: toneOf(item.phase),
    message,
    bankSays: (BANK_SAYS.has(kind) && item.error?.providerMessage) || undefined,
    prompt,
    bank,
    hasData: item.lastUpdatedAt !== null,
    openWidgetFor: connectToken ?? undefined,
    supportCode: item.error?.code ?? item.executionStatus ?? undefined,
  };
}

/** An address for an `img`. Pluggy does not tell the type of the image; browsers look at its bytes, whatever this says. */
export function imageAddress(base64: string): string {
  return `data:image/png;base64,${base64}`;
}

function toneOf(phase: Item["phase"]): View["tone"] {
  switch (phase) {
    case "connecting":
    case "updating":
      return "progress";
    case "ready":
      return "good";
    case "ready_partial":
    case "retrying":
    case "unknown":
      return "notice";
    case "waiting_user":
    case "reconnect":
    case "failed":
      return "warning";
    default:
      return phase satisfies never;
  }
}
