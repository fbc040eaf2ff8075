import type { Connector, ConnectorCredential } from "pluggy-js";

/** What a person types into a form, by the name of the credential. */
export type Values = Record<string, string>;

/** The answer that the sandbox's banks accept. */
export const RIGHT_CODE = "123456";
export const WRONG_CODE = "654321";

const PASSWORD = "password-ok";
const WRONG_PASSWORD = "wrong-password";

const login = (user: string, password = PASSWORD): Values => ({ user, password });

/** The CPF of the user who never logs in at the bank, so that a person can. */
const YOUR_CPF = { cpf: "999.999.999-99" };
const SANDBOX_CPF = { cpf: "000.000.000-00" };

/** The logins of the sandbox's users, by what happens to them. */
const LOGINS = {
  works: login("user-ok"),
  partial: login("user-ok-account-error"),
  "wrong-password": login("user-ok", WRONG_PASSWORD),
  device: login("user-ok-auth-pending"),
  "bank-down": login("user-unavailable"),
  phone: login("user-ok-phone"),
  image: login("user-ok-img"),
  choice: login("user-ok-select"),
  warning: login("user-ok-account-warning"),
  action: login("user-account-need-actions-provider-message"),
  locked: login("user-locked"),
  reset: login("user-account-credentials-reset"),
  elsewhere: login("user-logged"),
  unsupported: login("user-not-supported"),
  unexpected: login("user-error"),
} satisfies Record<string, Values>;

export type OutcomeName = keyof typeof LOGINS | "mfa" | "wrong-code" | "qr" | "open-finance" | "open-finance-alone";

/** What can happen at a bank, and the login that makes it happen. */
export interface Outcome {
  name: OutcomeName;
  values: Values;
}

/** Returns what can happen at a bank of the sandbox. The most useful comes first. */
export function outcomesOf(bank: Connector): Outcome[] {
  const has = (name: string): boolean => bank.credentials.some((credential) => credential.name === name);
  if (has("cpf")) {
    return [
      { name: "open-finance", values: YOUR_CPF },
      { name: "open-finance-alone", values: SANDBOX_CPF },
    ];
  }
  if (!has("user")) return [];
  const others = Object.fromEntries(bank.credentials.map((credential) => [credential.name, anyValue(credential)]));
  const outcomes = Object.entries(LOGINS).map(([name, values]): Outcome => ({
    name: name as OutcomeName,
    values: { ...others, ...values },
  }));
  const [first, ...rest] = outcomes;
  if (!first) return [];
  const wrongCode: Outcome[] = has("token") ? [{ name: "wrong-code", values: { ...first.values, token: WRONG_CODE } }] : [];
  return [{ ...first, name: firstOutcome(bank) }, ...wrongCode, ...rest];
}

/** Returns what happens to the user who succeeds. */
function firstOutcome(bank: Connector): OutcomeName {
  if (bank.hasMFA) return "mfa";
  return bank.id === QR_BANK ? "qr" : "works";
}

const QR_BANK = 19;

function anyValue(credential: ConnectorCredential): string {
  return credential.name === "token" ? RIGHT_CODE : (credential.options?.[0]?.value ?? "");
}

/** Returns what a login differs by from the other ones, for people to read. */
export function loginOf({ values }: Outcome): string {
  const { user, cpf, token, password } = values;
  return [user, cpf, token, password === PASSWORD ? undefined : password].filter(Boolean).join(" / ");
}

export type ScenarioName = Extract<OutcomeName, "works" | "mfa" | "wrong-password" | "device" | "open-finance" | "partial" | "bank-down">;

/** A scenario that a page can offer by its name: open the widget on this bank, after `PUT /sandbox/prefill` with the values. */
export interface Scenario {
  name: ScenarioName;
  connectorId: number;
  values: Values;
}

export const SCENARIOS: Scenario[] = [
  { name: "works", connectorId: 2, values: LOGINS.works },
  { name: "mfa", connectorId: 5, values: LOGINS.works },
  { name: "wrong-password", connectorId: 2, values: LOGINS["wrong-password"] },
  { name: "device", connectorId: 219, values: LOGINS.device },
  { name: "open-finance", connectorId: 601, values: YOUR_CPF },
  { name: "partial", connectorId: 2, values: LOGINS.partial },
  { name: "bank-down", connectorId: 2, values: LOGINS["bank-down"] },
];
