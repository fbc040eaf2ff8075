import { useRef, useState } from "preact/hooks";

import { errorOf, Field } from "../field.tsx";
import { BankName, Button, Heading, Helper } from "../parts.tsx";
import { loginOf, type Outcome, outcomesOf, type Values } from "../scenarios.ts";
import type { Notice, Screen } from "../screen.ts";
import type { Session } from "../session.ts";
import type { Texts } from "../texts.ts";

interface LoginProps {
  session: Session;
  texts: Texts;
  screen: Extract<Screen, { name: "login" }>;
}

/** Outcomes that are shown at once. The others are one click away. */
const FIRST_OUTCOMES = 5;

export function Login({ session, texts, screen }: LoginProps) {
  const { bank, notice } = screen;
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState(screen.values);
  const [errors, setErrors] = useState(screen.errors);
  const [filled, setFilled] = useState("");

  function logIn(): void {
    const entries = bank.credentials.map(
      (credential) => [credential.name, errorOf(credential, values[credential.name] ?? "", texts)] as const,
    );
    const found = Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
    setErrors(found);
    const wrong = bank.credentials.find(({ name }) => found[name] !== undefined);
    if (wrong) form.current?.querySelector<HTMLElement>(`[name="${CSS.escape(wrong.name)}"]`)?.focus();
    else
      session.logIn(
        bank,
        pick(
          values,
          bank.credentials.map(({ name }) => name),
        ),
      );
  }

  function fillIn(outcome: Outcome): void {
    setValues(outcome.values);
    setErrors({});
    setFilled(texts.helper.filled(texts.outcomes[outcome.name]));
    form.current?.querySelector<HTMLElement>("[type=submit]")?.focus();
  }

  return (
    <>
      <BankName bank={bank} />
      <Heading>{texts.login.title}</Heading>
      {notice && <Refusal notice={notice} texts={texts} />}
      {bank.oauth && <p>{texts.login.openFinance}</p>}
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          logIn();
        }}
      >
        {bank.credentials.map((credential) => (
          <Field
            key={credential.name}
            credential={credential}
            value={values[credential.name] ?? ""}
            error={errors[credential.name]}
            texts={texts}
            onInput={(value) => setValues((others) => ({ ...others, [credential.name]: value }))}
          />
        ))}
        <div class="actions">
          <Button type="submit">{texts.login.submit}</Button>
        </div>
      </form>
      <p role="status" class="hidden">
        {filled}
      </p>
      <Outcomes outcomes={outcomesOf(bank)} texts={texts} onChoose={fillIn} />
    </>
  );
}

function Refusal({ notice, texts }: { notice: Notice; texts: Texts }) {
  const { code, message, retryAt } = notice;
  return (
    <p role="alert" class="notice">
      {texts.notices[code] ?? message} {retryAt && texts.retryAt(texts.timeOf(retryAt))}
    </p>
  );
}

interface OutcomesProps {
  outcomes: Outcome[];
  texts: Texts;
  onChoose: (outcome: Outcome) => void;
}

function Outcomes({ outcomes, texts, onChoose }: OutcomesProps) {
  if (outcomes.length === 0) return null;
  const { title, intro, more } = texts.helper;
  const list = (some: Outcome[]) => (
    <ul class="outcomes">
      {some.map((outcome) => (
        <li key={outcome.name}>
          <button type="button" class="helper" onClick={() => onChoose(outcome)}>
            <span>{texts.outcomes[outcome.name]}</span>
            <code>{loginOf(outcome)}</code>
          </button>
        </li>
      ))}
    </ul>
  );
  const rest = outcomes.slice(FIRST_OUTCOMES);
  return (
    <Helper title={title}>
      <p class="hint">{intro}</p>
      {list(outcomes.slice(0, FIRST_OUTCOMES))}
      {rest.length > 0 && (
        <details>
          <summary>{more}</summary>
          {list(rest)}
        </details>
      )}
    </Helper>
  );
}

function pick(values: Values, names: string[]): Values {
  return Object.fromEntries(names.filter((name) => values[name]).map((name) => [name, values[name] ?? ""]));
}
