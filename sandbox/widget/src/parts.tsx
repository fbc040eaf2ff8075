import type { Connector } from "pluggy-js";
import type { ComponentChildren } from "preact";

import { logoOf } from "./logo.ts";

/** The heading of a screen. It gets the focus when the screen is shown. */
export function Heading({ children }: { children: ComponentChildren }) {
  return <h1 tabIndex={-1}>{children}</h1>;
}

/** The bank that a screen is about. */
export function BankName({ bank }: { bank: Connector }) {
  return (
    <p class="bank-name">
      <Logo bank={bank} />
      <span>{bank.name}</span>
    </p>
  );
}

/** The sign of a bank. */
export function Logo({ bank }: { bank: Connector }) {
  const { initials, background, color } = logoOf(bank.name, bank.primaryColor);
  return (
    <span class="logo" aria-hidden="true" style={{ background, color }}>
      {initials}
    </span>
  );
}

interface ButtonProps {
  children: ComponentChildren;
  onClick?: () => void;
  kind?: "primary" | "secondary" | "helper";
  type?: "button" | "submit";
}

export function Button({ children, onClick, kind = "primary", type = "button" }: ButtonProps) {
  return (
    <button type={type} class={kind} {...(onClick && { onClick })}>
      {children}
    </button>
  );
}

/** What only the stand-in has, set apart from what Pluggy's widget would show. */
export function Helper({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <aside class="helper" aria-label={title}>
      <p class="helper-title">{title}</p>
      {children}
    </aside>
  );
}

/** A sign for the outcome of a screen. */
export function Sign({ kind }: { kind: "good" | "partial" | "bad" | "waiting" }) {
  const paths = {
    good: "M7 12.5l3.5 3.5L17 9",
    partial: "M7 12h10",
    bad: "M8.5 8.5l7 7m0-7l-7 7",
    waiting: "M12 7v5l3.5 2",
  };
  return (
    <svg class={`sign ${kind}`} viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="11" />
      <path d={paths[kind]} />
    </svg>
  );
}
