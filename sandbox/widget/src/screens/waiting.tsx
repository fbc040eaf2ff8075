import type { ConnectorCredential, Item } from "pluggy-js";
import { useState } from "preact/hooks";

import { errorOf, Field } from "../field.tsx";
import { BankName, Button, Heading, Helper, Sign } from "../parts.tsx";
import { QrCode } from "../qr-code.tsx";
import { actAtBank } from "../sandbox.ts";
import { RIGHT_CODE, WRONG_CODE } from "../scenarios.ts";
import type { Phase, Screen } from "../screen.ts";
import type { Session } from "../session.ts";
import type { Texts } from "../texts.ts";

/** The address of the bank's page, which the bundle sets. */
declare const BANK_PAGE: string;

const PHASES: Phase[] = ["login", "collecting", "storing"];

interface WorkingProps {
  texts: Texts;
  screen: Extract<Screen, { name: "working" }>;
  isUpdate: boolean;
  /** Leaves the connection to Pluggy, if the app allows it. */
  onBackground: (() => void) | undefined;
}

export function Working({ texts, screen, isUpdate, onBackground }: WorkingProps) {
  const { title, updating, phases, isDone, isRunning, note, background } = texts.working;
  const reached = PHASES.indexOf(screen.phase);
  return (
    <>
      <BankName bank={screen.bank} />
      <Heading>{isUpdate ? updating : title}</Heading>
      <ol class="phases">
        {PHASES.map((phase, at) => (
          <li key={phase} class={at < reached ? "is-done" : at === reached ? "is-running" : ""}>
            {phases[phase]}
            {at <= reached && <span class="hidden"> ({at < reached ? isDone : isRunning})</span>}
          </li>
        ))}
      </ol>
      <p role="status" class="hidden">
        {phases[screen.phase]}
      </p>
      <p class="hint">{note}</p>
      {onBackground && (
        <div class="actions">
          <Button kind="secondary" onClick={onBackground}>
            {background}
          </Button>
        </div>
      )}
    </>
  );
}

interface PromptProps {
  session: Session;
  texts: Texts;
  item: Item;
  parameter: ConnectorCredential;
}

export function Prompt({ session, texts, item, parameter }: PromptProps) {
  const { title, choice, image, submit, until } = texts.prompt;
  const [value, setValue] = useState("");
  const [error, setError] = useState<string>();
  const isChoice = parameter.type === "select";

  function send(): void {
    const found = errorOf(parameter, value, texts);
    setError(found);
    if (found === undefined) session.answer(item, parameter.name, value);
    else document.getElementById(`field-${parameter.name}`)?.focus();
  }

  return (
    <>
      <BankName bank={item.connector} />
      <Heading>{isChoice ? choice : title}</Heading>
      {parameter.instructions && <p>{parameter.instructions}</p>}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {isPicture(parameter) && <img class="picture" src={`data:image/png;base64,${parameter.data}`} alt={image} />}
        <Field credential={parameter} value={value} error={error} texts={texts} onInput={setValue} />
        {parameter.expiresAt && <p class="hint">{until(texts.timeOf(parameter.expiresAt))}</p>}
        <div class="actions">
          <Button type="submit">{submit}</Button>
        </div>
      </form>
      <Helper title={texts.helper.answers}>
        {isChoice ? (
          <p class="hint">{texts.helper.anyChoice}</p>
        ) : (
          <ul class="outcomes">
            {[
              { label: texts.helper.rightCode, code: RIGHT_CODE },
              { label: texts.helper.wrongCode, code: WRONG_CODE },
            ].map(({ label, code }) => (
              <li key={code}>
                <button type="button" class="helper" onClick={() => setValue(code)}>
                  <span>{label}</span>
                  <code>{code}</code>
                </button>
              </li>
            ))}
          </ul>
        )}
      </Helper>
    </>
  );
}

function isPicture({ type, data }: ConnectorCredential): boolean {
  return type === "image" && data !== undefined && /^[A-Za-z0-9+/]+={0,2}$/.test(data);
}

interface BankLoginProps {
  texts: Texts;
  screen: Extract<Screen, { name: "bank-login" }>;
  /** The language and the theme, for the bank's page. */
  look: Record<string, string>;
}

/** The login on the bank's own page. The sandbox serves that page, whatever address the item has for it. */
export function BankLogin({ texts, screen, look }: BankLoginProps) {
  const { title, text, preparing, open } = texts.bankLogin;
  const { item, isReady } = screen;
  const query = new URLSearchParams({ item: item.id, ...look });
  return (
    <>
      <BankName bank={item.connector} />
      <Heading>{title}</Heading>
      <p>{text}</p>
      <div class="actions">
        {isReady ? (
          <a class="primary" href={`${BANK_PAGE}?${query}`} target="_blank" rel="opener">
            {open}
          </a>
        ) : (
          <p class="preparing" role="status">
            {preparing}
          </p>
        )}
      </div>
      <Helper title={texts.helper.bank} />
    </>
  );
}

export function QrLogin({ texts, item }: { texts: Texts; item: Item }) {
  const { title, text, alt } = texts.qr;
  const { attributes, expiresAt } = item.userAction ?? {};
  return (
    <>
      <BankName bank={item.connector} />
      <Heading>{title}</Heading>
      <p>{text}</p>
      <QrCode text={attributes?.qrCode ?? item.id} alt={alt} />
      {expiresAt && <p class="hint">{texts.prompt.until(texts.timeOf(expiresAt))}</p>}
      <Helper title={texts.helper.qr} />
    </>
  );
}

export function Device({ texts, item, onClose }: { texts: Texts; item: Item; onClose: () => void }) {
  const { title, steps, note, device, attributes } = texts.device;
  const [outcome, setOutcome] = useState("");
  const details = Object.entries(item.error?.attributes ?? {});

  function act(granted: boolean): void {
    const { acted, nothingWaits } = texts.helper;
    actAtBank(item.id, granted).then(
      (isDone) => setOutcome(isDone ? acted : nothingWaits),
      () => setOutcome(texts.bank.outcomes.unreachable[1]),
    );
  }

  return (
    <>
      <BankName bank={item.connector} />
      <Sign kind="waiting" />
      <Heading>{title}</Heading>
      <ol class="steps">
        {steps.map((step) => (
          <li>{step}</li>
        ))}
      </ol>
      {details.length > 0 && (
        <dl aria-label={device}>
          {details.map(([name, value]) => (
            <div key={name}>
              <dt>{attributes[name] ?? name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <p class="hint">{note}</p>
      <div class="actions">
        <Button onClick={onClose}>{texts.close}</Button>
      </div>
      <Helper title={texts.helper.device}>
        <ul class="outcomes">
          <li>
            <button type="button" class="helper" onClick={() => act(true)}>
              {texts.helper.authorize}
            </button>
          </li>
          <li>
            <button type="button" class="helper" onClick={() => act(false)}>
              {texts.helper.deny}
            </button>
          </li>
        </ul>
        <p role="status" class="hint">
          {outcome}
        </p>
      </Helper>
    </>
  );
}
