import type { Item } from "pluggy-js";

import { BankName, Button, Heading, Sign } from "../parts.tsx";
import { failureCode, retryOf, type Screen } from "../screen.ts";
import type { Session } from "../session.ts";
import type { Texts } from "../texts.ts";

interface EndProps {
  texts: Texts;
  item: Item;
  onClose: () => void;
}

export function Done({ texts, item, onClose }: EndProps) {
  const { title, text, partialTitle, partialText, remarks, finish } = texts.done;
  const products = Object.entries(item.statusDetail ?? {}).flatMap(([name, state]) => (state ? [{ name, state }] : []));
  const missing = products.filter(({ state }) => !state.isUpdated);
  const messages = new Set(products.flatMap(({ state }) => state.warnings.map((warning) => warning.providerMessage ?? warning.message)));
  const isPartial = item.executionStatus === "PARTIAL_SUCCESS";
  return (
    <>
      <BankName bank={item.connector} />
      <Sign kind={isPartial ? "partial" : "good"} />
      <Heading>{isPartial ? partialTitle : title}</Heading>
      <p>{isPartial ? partialText : text}</p>
      {missing.length > 0 && (
        <ul class="data">
          {missing.map(({ name }) => (
            <li key={name}>{texts.products[name] ?? name}</li>
          ))}
        </ul>
      )}
      {messages.size > 0 && (
        <section class="remarks" aria-label={remarks}>
          <p class="hint">{remarks}</p>
          {[...messages].map((message) => (
            <p key={message}>{message}</p>
          ))}
        </section>
      )}
      <div class="actions">
        <Button onClick={onClose}>{finish}</Button>
      </div>
    </>
  );
}

export function Failed({ texts, item, onClose, session, isUpdate }: EndProps & { session: Session; isUpdate: boolean }) {
  const { retry, otherBank, bankSays, code } = texts.failed;
  const [title, text] = texts.failures[failureCode(item)] ?? texts.otherFailure;
  const canRetry = retryOf(item) !== "none";
  return (
    <>
      <BankName bank={item.connector} />
      <Sign kind="bad" />
      <Heading>{title}</Heading>
      <p>{text}</p>
      {item.error?.providerMessage && <p class="remarks">{bankSays(item.error.providerMessage)}</p>}
      <p class="hint">
        {code}: <code>{failureCode(item)}</code>
      </p>
      <div class="actions">
        {canRetry && <Button onClick={() => session.retry(item)}>{retry}</Button>}
        {!isUpdate && (
          <Button kind="secondary" onClick={session.showBanks}>
            {otherBank}
          </Button>
        )}
        <Button kind="secondary" onClick={onClose}>
          {texts.close}
        </Button>
      </div>
    </>
  );
}

export function Broken({ texts, screen, onClose }: { texts: Texts; screen: Extract<Screen, { name: "broken" }>; onClose: () => void }) {
  const [title, text] = texts.broken[screen.reason];
  return (
    <>
      <Sign kind="bad" />
      <Heading>{title}</Heading>
      <p>{text}</p>
      <div class="actions">
        {screen.retry && <Button onClick={screen.retry}>{texts.failed.retry}</Button>}
        <Button kind={screen.retry ? "secondary" : "primary"} onClick={onClose}>
          {texts.close}
        </Button>
      </div>
    </>
  );
}
