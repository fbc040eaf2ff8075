import { type ConnectTokenRequest, describe, isApiError, type Item, usePluggyClient } from "@pluggy-lambda/react";
import { useState } from "react";

import type { Look } from "../server.ts";
import { bankPage } from "./bank-page.ts";
import type { AppTexts } from "./texts.ts";

interface Props {
  item: Item;
  texts: AppTexts;
  look: Look;
  onOpen: (request: ConnectTokenRequest) => void;
}

/** Where a connection stands, and what its user can do now. */
export function Connection({ item, texts, look, onOpen }: Props) {
  const client = usePluggyClient();
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState<string>();
  const { tone, message, bankMessage, image, link, button, hasData } = describe(item, look.language);
  const name = item.connector?.name ?? texts.aBank;
  const { prompt, bank, expiresAt } = item.nextAction;
  const attributes = Object.entries(bank?.attributes ?? {});
  const canUpdate = !button && (item.phase === "ready" || item.phase === "ready_partial");

  function disconnect(): void {
    setFailure(undefined);
    client.disconnect(item.itemId).catch((error: unknown) => {
      setAsking(false);
      // 409: Pluggy refuses at the moment, for example while it updates the connection.
      setFailure(isApiError(error) && error.status === 409 ? texts.disconnectLater : texts.disconnectFailed);
    });
  }

  return (
    <li className="card" data-tone={tone} data-phase={item.phase}>
      <div className="card-head">
        <span className="bank-sign" aria-hidden="true">
          {name[0]}
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
      {prompt?.label && <p className="muted">{prompt.label}</p>}
      {image && <img src={image} alt={texts.bankImage} />}
      {attributes.length > 0 && (
        <dl>
          {attributes.map(([key, value]) => (
            <div key={key}>
              <dt>{key}</dt>
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
          <a className="secondary" href={bankPage(item, look)} target="_blank" rel="noreferrer">
            {link.label}
          </a>
        )}
        {button && (
          <button type="button" className="secondary" onClick={() => onOpen(button.request)}>
            {button.label}
          </button>
        )}
        {canUpdate && (
          <button type="button" className="secondary" onClick={() => onOpen({ itemId: item.itemId })}>
            {texts.update}
          </button>
        )}
        {isAsking ? (
          <>
            <button type="button" className="danger" onClick={disconnect}>
              {texts.confirmDisconnect}
            </button>
            <button type="button" className="quiet" onClick={() => setAsking(false)}>
              {texts.keep}
            </button>
          </>
        ) : (
          <button
            type="button"
            className="quiet"
            onClick={() => setAsking(true)}
            aria-label={texts.disconnectBank(name)}
          >
            {texts.disconnect}
          </button>
        )}
      </div>
      {failure && <p role="alert">{failure}</p>}
    </li>
  );
}
