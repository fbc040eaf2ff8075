import type { Connector, ConnectorCredential, Item } from "pluggy-js";

import type { Values } from "./scenarios.ts";

/** What the widget shows. */
export type Screen =
  | { name: "loading" }
  | { name: "consent" }
  | { name: "banks"; banks: Connector[] }
  | { name: "login"; bank: Connector; values: Values; errors: Values; notice?: Notice | undefined }
  | { name: "working"; bank: Connector; phase: Phase }
  | { name: "prompt"; item: Item; parameter: ConnectorCredential }
  | { name: "bank-login"; item: Item; isReady: boolean }
  | { name: "qr"; item: Item }
  | { name: "device"; item: Item }
  | { name: "done"; item: Item }
  | { name: "failed"; item: Item }
  | { name: "broken"; reason: "expired" | "unreachable"; retry?: (() => void) | undefined };

/** Why Pluggy refused a login before the bank saw it. */
export interface Notice {
  code: string;
  message: string;
  retryAt?: Date | undefined;
}

/** How far an execution has come. */
export type Phase = "login" | "collecting" | "storing";

/** Returns what to show of an item. */
export function screenOf(item: Item): Screen {
  switch (item.status) {
    case "WAITING_USER_INPUT":
      return waitingFor(item);
    // Not among the statuses of pluggy-js.
    case "WAITING_USER_ACTION" as string:
      return item.userAction?.type === "qr" ? { name: "qr", item } : { name: "bank-login", item, isReady: true };
    case "UPDATED":
      return { name: "done", item };
    case "OUTDATED":
    case "LOGIN_ERROR":
      return { name: item.executionStatus === "USER_AUTHORIZATION_PENDING" ? "device" : "failed", item };
    default:
      return { name: "working", bank: item.connector, phase: phaseOf(item) };
  }
}

/** An Open Finance login comes as a prompt whose parameter is null at first. `oauth` is not among the types of pluggy-js. */
function waitingFor(item: Item): Screen {
  const { connector, parameter } = item;
  const isLogin = parameter ? parameter.type === ("oauth" as string) : connector.oauth === true;
  if (isLogin) return { name: "bank-login", item, isReady: parameter !== null };
  return parameter ? { name: "prompt", item, parameter } : { name: "working", bank: connector, phase: "login" };
}

function phaseOf(item: Item): Phase {
  if (item.status === ("MERGING" as string)) return "storing";
  return isLoggedIn(item) ? "collecting" : "login";
}

/** Returns whether the bank has accepted the login of the current execution. */
export function isLoggedIn(item: Item): boolean {
  const { status, executionStatus } = item;
  if (status === "UPDATED" || status === ("MERGING" as string)) return true;
  return executionStatus.endsWith("_IN_PROGRESS") && !executionStatus.startsWith("LOGIN");
}

/** Returns whether nothing more happens to the item in this widget. */
export function isOver(screen: Screen): boolean {
  return screen.name === "done" || screen.name === "device" || screen.name === "failed";
}

/** How a failed connection can be tried again: with other credentials, with the same, or not at all. */
export type Retry = "credentials" | "same" | "none";

export function retryOf(item: Item): Retry {
  if (failureCode(item) === "USER_NOT_SUPPORTED") return "none";
  return item.status === "LOGIN_ERROR" || hasSingleUseCredential(item.connector) ? "credentials" : "same";
}

export function failureCode(item: Item): string {
  return item.error?.code ?? item.executionStatus;
}

/** Returns whether an update has to ask the person for something first. */
export function needsCredentials(item: Item): boolean {
  return item.status === "LOGIN_ERROR" || item.connector.hasMFA || hasSingleUseCredential(item.connector);
}

function hasSingleUseCredential(bank: Connector): boolean {
  return bank.credentials.some((credential) => credential.mfa);
}
