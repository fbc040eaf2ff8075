import type { ConnectorCredential } from "pluggy-js";

import type { Texts } from "./texts.ts";

interface FieldProps {
  credential: ConnectorCredential;
  value: string;
  error: string | undefined;
  texts: Texts;
  onInput: (value: string) => void;
}

/** A field of a form that a connector or a prompt defines. */
export function Field({ credential, value, error, texts, onInput }: FieldProps) {
  const { name, options, assistiveText, placeholder } = credential;
  const id = `field-${name}`;
  const hints = [assistiveText && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ");
  const input = {
    id,
    name,
    value,
    required: !credential.optional,
    "aria-invalid": Boolean(error),
    ...(hints && { "aria-describedby": hints }),
    onInput: (event: { currentTarget: { value: string } }) => onInput(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>{labelOf(credential, texts)}</label>
      {credential.type === "select" ? (
        <select {...input}>
          <option value="" disabled>
            {texts.login.choose}
          </option>
          {options?.map((option) => (
            <option value={option.value}>{option.label}</option>
          ))}
        </select>
      ) : (
        <input {...input} {...inputKind(credential)} placeholder={placeholder} autocapitalize="none" spellcheck={false} />
      )}
      {assistiveText && (
        <p class="hint" id={`${id}-help`}>
          {assistiveText}
        </p>
      )}
      {error && (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

function inputKind({ type, mfa }: ConnectorCredential): Record<string, string> {
  const autocomplete = mfa ? "one-time-code" : "off";
  if (type === "password") return { type: "password", autocomplete };
  return { type: "text", autocomplete, inputmode: type === "number" ? "numeric" : "text" };
}

/** The sandbox's labels are English. Those that it is known to have are translated. */
export function labelOf(credential: ConnectorCredential, texts: Texts): string {
  const label = texts.login.labels[credential.name] ?? credential.label;
  return credential.optional ? texts.login.optional(label) : label;
}

/** Returns what is wrong with a value before anybody is asked. */
export function errorOf(credential: ConnectorCredential, value: string, texts: Texts): string | undefined {
  if (!value.trim()) return credential.optional ? undefined : texts.login.required;
  return isMatch(credential.validation, value) ? undefined : (credential.validationMessage ?? texts.login.invalid);
}

function isMatch(pattern: string | undefined, value: string): boolean {
  try {
    return !pattern || new RegExp(pattern).test(value);
  } catch {
    return true; // Pluggy decides.
  }
}
