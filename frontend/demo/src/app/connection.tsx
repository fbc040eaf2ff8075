import { type ConnectTokenRequest, describe, isApiError, type Item, usePluggyClient } from "@pluggy-lambda/react";
import { useEffect, useRef, useState } from "react";

import { logoOf } from "../../../../sandbox/widget/src/logo.ts";
import type { Look } from "../server.ts";
import { bankPage } from "./bank-page.ts";
import type { AppTexts } from "./texts.ts";

interface Props {
  item: Item;
  texts: AppTexts;
  look: Look;
  onOpen: (request: ConnectTokenRequest) => void;
  onDisconnected: () => void;
}

/** Shows the state of a connection, and what its user can do now. */
export function Connection({ item, texts, look, onOpen, onDisconnected }: Props) {
  const { tone, message, bankMessage, image, link, button, hasData } = describe(item, look.language);
  const name = item.connector?.name ?? texts.aBank;
  const { initials, ...colors } = logoOf(name, item.connector?.primaryColor);
  const { prompt, bank, expiresAt } = item.nextAction;
  const attributes = Object.entries(bank?.attributes ?? {});
  const canUpdate = !button && (item.phase === "ready" || item.phase === "ready_partial");
  // What the bank waits for comes first on the screen.
  const next = tone === "warning" ? "primary" : "secondary";

  return (
    <li className="card" data-tone={tone} data-phase={item.phase}>
      <div className="card-head">
        <span className="bank-sign" aria-hidden="true" style={colors}>
          {initials}
        </span>
        <h3>{name}</h3>
        <span className="chip">{texts.tones[tone]}</span>
      </div>
      <p role="status">{message}</p>
      {bankMessage && (
        <p className="muted" lang="pt-BR">
          {texts.bankSays} {bankMessage}
        </p>
      )}
      {prompt?.label && (
        <p className="muted">
          {texts.bankAsks} {prompt.label}
        </p>
      )}
      {image && <img src={image} alt={texts.bankImage} />}
      {attributes.length > 0 && (
        <dl>
          {attributes.map(([key, value]) => (
            <div key={key}>
              <dt>{Object.hasOwn(texts.attributes, key) ? texts.attributes[key] : key}</dt>
              <dd>{String(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {expiresAt && <p className="muted">{texts.until(new Date(expiresAt))}</p>}
      {tone === "progress" && <div className="progress" aria-hidden="true" />}
      {hasData && tone !== "progress" && <p className="muted">{texts.dataOf(new Date(item.lastUpdatedAt ?? ""))}</p>}
      <div className="card-actions">
        {link && (
          // A deployed app opens `link.href` itself. The bank at that address does not exist: its stand-in is here.
          <a className={next} href={bankPage(item, look)} target="_blank" rel="noreferrer">
            {link.label}
          </a>
        )}
        {button && (
          <button type="button" className={next} onClick={() => onOpen(button.request)}>
            {button.label}
          </button>
        )}
        {canUpdate && (
          <button type="button" className="secondary" onClick={() => onOpen({ itemId: item.itemId })}>
            {texts.update}
          </button>
        )}
        <Disconnect itemId={item.itemId} bank={name} texts={texts} onDisconnected={onDisconnected} />
      </div>
    </li>
  );
}

interface DisconnectProps {
  itemId: string;
  bank: string;
  texts: AppTexts;
  onDisconnected: () => void;
}

/** Disconnects after a question. The focus stays with it: neither button disappears under it. */
function Disconnect({ itemId, bank, texts, onDisconnected }: DisconnectProps) {
  const client = usePluggyClient();
  const [state, setState] = useState<"idle" | "asking" | "leaving">("idle");
  const [failure, setFailure] = useState<string>();
  const button = useRef<HTMLButtonElement>(null);
  const wasAsked = useRef(false);

  useEffect(() => {
    if (state !== "idle") wasAsked.current = true;
    else if (wasAsked.current) button.current?.focus();
  }, [state]);

  function disconnect(): void {
    if (state === "leaving") return;
    setFailure(undefined);
    setState("leaving");
    client.disconnect(itemId).then(onDisconnected, (error: unknown) => {
      setState("idle");
      // 409: Pluggy refuses at the moment, for example while it updates the connection.
      setFailure(isApiError(error) && error.status === 409 ? texts.disconnectLater : texts.disconnectFailed);
    });
  }

  if (state !== "idle") {
    return (
      <div className="confirm" role="group" aria-label={texts.disconnectBank(bank)}>
        <p>{texts.askDisconnect(bank)}</p>
        <button type="button" className="danger" onClick={disconnect} aria-busy={state === "leaving"}>
          {texts.confirmDisconnect}
        </button>
        {/* Focused, because a key that is held on the first button would confirm at once. */}
        <button
          type="button"
          className="quiet"
          onClick={() => state === "asking" && setState("idle")}
          aria-disabled={state === "leaving"}
          autoFocus
        >
          {texts.keep}
        </button>
      </div>
    );
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        className="quiet"
        onClick={() => setState("asking")}
        aria-label={texts.disconnectBank(bank)}
      >
        {texts.disconnect}
      </button>
      {failure && <p role="alert">{failure}</p>}
    </>
  );
}
