import { isApiError, useConnect, useConnections } from "@pluggy-lambda/react";
import { useEffect } from "react";

import { listen, sendToPage, type ToApp } from "../messages.ts";
import type { Look } from "../server.ts";
import { Connection } from "./connection.tsx";
import { nameOf } from "./sign-in.tsx";
import type { AppTexts } from "./texts.ts";

interface Props {
  texts: AppTexts;
  look: Look;
  user: string;
  /** The bank that a new connection begins with. */
  connectorId: number | undefined;
  onSignOut: () => void;
}

/** Everything that the user has connected, also what was left half-way, and the widget for more. */
export function Connections({ texts, look, user, connectorId, onSignOut }: Props) {
  const { status, items, error } = useConnections();
  const connect = useConnect({
    request: { language: look.language, theme: look.theme },
    onEvent: (event) => sendToPage({ type: "callback", at: Date.now(), event }),
  });
  const { open } = connect;
  const isOpen = connect.status === "open" || connect.status === "opening";

  useEffect(() => sendToPage({ type: "widget", isOpen }), [isOpen]);
  useEffect(() => {
    const leave = listen<ToApp>(
      () => (parent === window ? undefined : parent),
      (message) => message.type === "open" && open(message.request),
    );
    sendToPage({ type: "opened" });
    return leave;
  }, [open]);

  const isEmpty = status === "loaded" && items.length === 0;
  return (
    <>
      <header className="app-bar">
        <p className="brand">{texts.brand}</p>
        <button type="button" className="quiet" onClick={onSignOut}>
          {texts.signOut}
        </button>
      </header>
      <main className="app-main">
        <h1>{texts.hello(nameOf(user))}</h1>
        {status === "loading" && <p className="muted">{texts.loading}</p>}
        {isEmpty && <p className="empty">{texts.empty}</p>}
        {items.length > 0 && <h2>{texts.banks}</h2>}
        <ul className="cards" aria-busy={status === "loading"}>
          {items.map((item) => (
            <Connection key={item.itemId} item={item} texts={texts} look={look} onOpen={open} />
          ))}
        </ul>
        {error && <p role="status">{texts.listFailed}</p>}
        <button
          type="button"
          className="primary"
          onClick={() => open(connectorId === undefined ? {} : { selectedConnectorId: connectorId })}
          aria-busy={connect.status === "opening"}
        >
          {texts.connect}
        </button>
        {connect.status === "hidden" && (
          <button type="button" className="secondary" onClick={connect.show}>
            {texts.show}
          </button>
        )}
        {connect.status === "failed" && <p role="alert">{failureOf(connect.error, texts)}</p>}
      </main>
    </>
  );
}

function failureOf(error: unknown, texts: AppTexts): string {
  const isNotUpdatable = isApiError(error) && error.type === "urn:pluggy-lambda:problem:item-not-updatable";
  return isNotUpdatable ? texts.notUpdatable : texts.openFailed;
}
