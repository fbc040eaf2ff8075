import { type ConnectTokenRequest, describe, type Item, type Language } from "@pluggy-lambda/react";
import { useState } from "react";

import type { Theme } from "../server.ts";
import { Support } from "./support.tsx";
import type { PageTexts } from "./texts.ts";

interface Props {
  texts: PageTexts;
  language: Language;
  isSignedIn: boolean;
  items: readonly Item[];
  item: Item | undefined;
  row: Record<string, unknown> | undefined;
  /** The theme of the screen for support; none where no function answers. */
  supportTheme?: Theme | undefined;
  onChoose: (itemId: string) => void;
  onOpen: (request: ConnectTokenRequest) => void;
}

/** What the API says of the connection now. */
export function Status({ texts, language, isSignedIn, items, item, row, supportTheme, onChoose, onOpen }: Props) {
  const [isSupportOpen, setSupportOpen] = useState(false);
  return (
    <section className="status" aria-labelledby="status-title">
      <div className="status-head">
        <h2 id="status-title">{texts.status}</h2>
        {items.length > 1 && (
          <label>
            <span className="hidden">{texts.choose}</span>
            <select value={item?.itemId ?? ""} onChange={({ target }) => onChoose(target.value)}>
              {!item && <option value="">{texts.newOne}</option>}
              {items.map(({ itemId, connector, createdAt }) => (
                <option key={itemId} value={itemId}>
                  {connector?.name ?? "…"} {texts.timeOf(new Date(createdAt))}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {item ? (
        <Details texts={texts} language={language} item={item} onOpen={onOpen} />
      ) : (
        <p className="muted">{isSignedIn ? texts.notYet : texts.nothing}</p>
      )}
      {row && (
        <details>
          <summary>{texts.row}</summary>
          <pre tabIndex={0} aria-label={texts.row}>
            {JSON.stringify(row, null, 2)}
          </pre>
        </details>
      )}
      {item && supportTheme && (
        <details onToggle={({ currentTarget }) => setSupportOpen(currentTarget.open)}>
          <summary>{texts.support}</summary>
          {isSupportOpen && (
            <Support
              key={item.itemId}
              title={texts.support}
              failure={texts.supportFailed}
              itemId={item.itemId}
              theme={supportTheme}
              version={row}
            />
          )}
        </details>
      )}
    </section>
  );
}

function Details({ texts, language, item, onOpen }: Pick<Props, "texts" | "language" | "onOpen"> & { item: Item }) {
  const { tone, message, button } = describe(item, language);
  const { kind, reason, expiresAt } = item.nextAction;
  return (
    <div data-tone={tone} className="now">
      <dl>
        <div>
          <dt>phase</dt>
          <dd className="phase">{item.phase}</dd>
        </div>
        <div>
          <dt>reason</dt>
          <dd>{reason}</dd>
        </div>
        <div>
          <dt>nextAction</dt>
          <dd>
            {kind}
            {expiresAt && <small>{texts.until(new Date(expiresAt))}</small>}
          </dd>
        </div>
      </dl>
      <p className="message">{message}</p>
      {button && (
        <button type="button" className="secondary" onClick={() => onOpen(button.request)}>
          {button.label}
        </button>
      )}
    </div>
  );
}
