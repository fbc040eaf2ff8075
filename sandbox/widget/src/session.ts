import type { PluggyConnectProps } from "pluggy-connect-sdk/dist/module/pluggy-connect";
import type { Connector, Item } from "pluggy-js";

import { type Api, fetchBanks, problemOf, submit } from "./api.ts";
import type { Host } from "./host.ts";
import { fetchPrefill } from "./sandbox.ts";
import type { Values } from "./scenarios.ts";
import { isLoggedIn, isOver, needsCredentials, retryOf, type Screen, screenOf } from "./screen.ts";

const POLL_MS = 500;
/** Polls that may fail in a row. */
const PATIENCE = 5;

/** What a person can do in the widget. */
export interface Session {
  start: () => void;
  acceptConsent: () => void;
  showConsent: () => void;
  choose: (bank: Connector) => void;
  showBanks: () => void;
  logIn: (bank: Connector, values: Values) => void;
  answer: (item: Item, name: string, value: string) => void;
  retry: (item: Item) => void;
}

/** Creates the session of one opening of the widget: it calls Pluggy, reports events to the app, and shows a screen. */
export function createSession(api: Api, host: Host, props: PluggyConnectProps, show: (screen: Screen) => void): Session {
  let banks: Connector[] = [];
  let prefill: Values = {};
  /** What the login form has, from the prefill or from the person. */
  let typed: Values = {};
  /** The item of this session, once there is one. */
  let item: Item | undefined;
  let isLoginReported = false;
  /** Changes when another thing is watched, so that an older watch ends. */
  let watchNumber = 0;

  /** Runs a step that may fail on the way to Pluggy. */
  function attempt(step: () => Promise<void>): void {
    step().catch((error: unknown) => {
      const { status, message } = problemOf(error);
      const isExpired = status === 403;
      host.error(message || "Pluggy cannot be reached", item);
      show({ name: "broken", reason: isExpired ? "expired" : "unreachable", retry: isExpired ? undefined : () => attempt(step) });
    });
  }

  function start(): void {
    const { updateItem } = props;
    if (updateItem === undefined) return show({ name: "consent" });
    show({ name: "loading" });
    attempt(async () => {
      typed = await fetchPrefill();
      const found = receive(await api.fetchItem(updateItem));
      if (!isOver(screenOf(found))) return watch(found);
      if (props.forceAskForCredentials || needsCredentials(found)) showLogin(found.connector);
      else await send(found.connector, undefined);
    });
  }

  function acceptConsent(): void {
    host.event({ event: "SUBMITTED_CONSENT" });
    show({ name: "loading" });
    attempt(async () => {
      [banks, prefill] = await Promise.all([fetchBanks(api, props), fetchPrefill()]);
      const selected = banks.find(({ id }) => id === props.selectedConnectorId);
      if (selected) choose(selected);
      else show({ name: "banks", banks });
    });
  }

  function choose(bank: Connector): void {
    host.event({ event: "SELECTED_INSTITUTION", connector: bank });
    typed = { ...openFinanceValues(props), ...prefill };
    showLogin(bank);
  }

  function showBanks(): void {
    watchNumber += 1;
    item = undefined;
    host.event({ event: "SELECTED_INSTITUTION", connector: null });
    show({ name: "banks", banks });
  }

  function showLogin(bank: Connector, refusal: Pick<Extract<Screen, { name: "login" }>, "errors" | "notice"> = { errors: {} }): void {
    show({ name: "login", bank, values: typed, ...refusal });
  }

  function logIn(bank: Connector, values: Values): void {
    typed = values;
    host.event({ event: "SUBMITTED_LOGIN" });
    attempt(() => send(bank, values));
  }

  /** Starts an execution. Without values, the bank gets the credentials that Pluggy has. */
  async function send(bank: Connector, values: Values | undefined): Promise<void> {
    show({ name: "working", bank, phase: "login" });
    let sent: Item;
    try {
      sent = await submit(api, { item, bank }, values, props);
    } catch (error) {
      const { status, code, message, fields, retryAt } = problemOf(error);
      if (status !== 400 && status !== 409) throw error;
      const isRefusedByField = Object.keys(fields).length > 0;
      if (!isRefusedByField) host.error(message, item);
      return showLogin(bank, { errors: fields, notice: isRefusedByField ? undefined : { code, message, retryAt } });
    }
    isLoginReported = false;
    host.event({ event: "LOGIN_SUCCESS", item: sent });
    watch(receive(sent));
  }

  function answer(about: Item, name: string, value: string): void {
    host.event({ event: "SUBMITTED_MFA" });
    watchNumber += 1;
    show({ name: "working", bank: about.connector, phase: "login" });
    attempt(async () => {
      try {
        const answered = await api.updateItemMFA(about.id, { [name]: value });
        host.event({ event: "LOGIN_MFA_SUCCESS", item: answered });
        watch(receive(answered));
      } catch (error) {
        if (problemOf(error).status !== 400) throw error;
        watch(receive(await api.fetchItem(about.id))); // The prompt is over: the item says why.
      }
    });
  }

  function retry(failed: Item): void {
    typed = withoutSecrets(failed.connector, typed);
    if (retryOf(failed) === "credentials") showLogin(failed.connector);
    else attempt(() => send(failed.connector, undefined));
  }

  /** Takes in an item, and reports it to the app. */
  function receive(received: Item): Item {
    item = received;
    host.event({ event: "ITEM_RESPONSE", item: received });
    return received;
  }

  /** Shows an item until its execution is over. */
  function watch(first: Item): void {
    watchNumber += 1;
    const number = watchNumber;
    attempt(async () => {
      let watched = first;
      while (!report(watched)) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        const polled = await poll(watched.id);
        if (number !== watchNumber) return;
        watched = receive(polled);
      }
    });
  }

  async function poll(id: string): Promise<Item> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await api.fetchItem(id);
      } catch (error) {
        const { status } = problemOf(error);
        if (status === 403 || status === 404 || failures === PATIENCE) throw error;
        await new Promise((resolve) => setTimeout(resolve, failures * POLL_MS));
      }
    }
  }

  /** Shows an item, and reports what it means. Returns whether its execution is over. */
  function report(current: Item): boolean {
    const screen = screenOf(current);
    if (isLoggedIn(current) && !isLoginReported) {
      isLoginReported = true;
      host.event({ event: "LOGIN_STEP_COMPLETED", item: current });
    }
    show(screen);
    if (screen.name === "done") host.success(current);
    else if (isOver(screen)) host.error(current.error?.message ?? current.executionStatus, current);
    return isOver(screen);
  }

  return { start, acceptConsent, showConsent: () => show({ name: "consent" }), choose, showBanks, logIn, answer, retry };
}

function openFinanceValues({ openFinanceParameters }: PluggyConnectProps): Values {
  const { cpf, cnpj } = openFinanceParameters ?? {};
  return { ...(cpf !== undefined && { cpf }), ...(cnpj !== undefined && { cnpj }) };
}

/** Leaves out what a person has to type again after it was refused. */
function withoutSecrets(bank: Connector, values: Values): Values {
  const isSecret = (name: string): boolean =>
    bank.credentials.some((credential) => credential.name === name && (credential.mfa || credential.type === "password"));
  return Object.fromEntries(Object.entries(values).filter(([name]) => !isSecret(name)));
}
