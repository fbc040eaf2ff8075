import { useConnect, useConnections, usePluggyClient } from "@pluggy-lambda/react";
import { useEffect, useRef } from "react";

import { listen, sendToPage, type ToApp } from "../messages.ts";
import type { Look } from "../server.ts";
import { Connection } from "./connection.tsx";
import { failureOf } from "./failure.ts";
import { useFocus } from "./focus.ts";
import { nameOf } from "./sign-in.tsx";
import type { AppTexts } from "./texts.ts";

interface Props {
  texts: AppTexts;
  look: Look;
  user: string;
  /** The bank that a new connection begins with. */
  connectorId: number | undefined;
  /** Whether the heading gets the focus. */
  takesFocus: boolean;
  onSignOut: () => void;
}

/** Everything that the user has connected, also what was left half-way, and the widget for more. */
export function Connections({ texts, look, user, connectorId, takesFocus, onSignOut }: Props) {
  const { status, items, error } = useConnections();
  const client = usePluggyClient();
  const connect = useConnect({
    request: { language: look.language, theme: look.theme },
    onEvent: (event) => sendToPage({ type: "callback", at: Date.now(), event }),
  });
  const { open } = connect;
  const isOpen = connect.status === "open" || connect.status === "opening";
  const heading = useRef<HTMLHeadingElement>(null);
  useFocus(heading, takesFocus);

  useEffect(() => sendToPage({ type: "widget", isOpen }), [isOpen]);
  useEffect(() => {
    const leave = listen<ToApp>(
      () => (parent === window ? undefined : parent),
      (message) => message.type === "open" && open(message.request),
    );
    sendToPage({ type: "opened" });
    return leave;
  }, [open]);

  // "Connect a bank" is below the cards, and what it adds is the first of them.
  const newest = items[0]?.itemId;
  useEffect(() => {
    scrollTo({ top: 0 });
  }, [newest]);

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
        <h1 ref={heading} tabIndex={-1}>
          {texts.hello(nameOf(user))}
        </h1>
        {status === "loading" && !error && <p className="muted">{texts.loading}</p>}
        {isEmpty && (
          <div className="empty">
            <p>{texts.empty}</p>
            <p className="muted">{texts.emptyHint}</p>
          </div>
        )}
        {error && (
          <div className="trouble" role="status">
            <p>{status === "loaded" ? texts.listOutdated : texts.listFailed}</p>
            {status === "failed" ? (
              <button type="button" className="secondary" onClick={() => client.refresh()}>
                {texts.tryAgain}
              </button>
            ) : (
              <p className="muted">{texts.listContinues}</p>
            )}
          </div>
        )}
        {items.length > 0 && <h2>{texts.banks}</h2>}
        <ul className="cards" aria-busy={status === "loading"}>
          {items.map((item) => (
            <Connection
              key={item.itemId}
              item={item}
              texts={texts}
              look={look}
              onOpen={open}
              onDisconnected={() => heading.current?.focus()}
            />
          ))}
        </ul>
        {connect.status === "failed" && <p role="alert">{failureOf(connect.error, texts)}</p>}
        <button
          type="button"
          className={items.length > 0 ? "secondary" : "primary"}
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
      </main>
    </>
  );
}
