import { expect, test } from "vitest";

import { ApiError, WidgetError } from "@pluggy-lambda/client";

import { logoOf } from "../../../sandbox/widget/src/logo.ts";
import { failureOf } from "../src/app/failure.ts";
import { APP_TEXTS } from "../src/app/texts.ts";

const { pt, en } = APP_TEXTS;

const refusal = (status: number, headers: HeadersInit = {}, body: unknown = {}): ApiError =>
  new ApiError("http", "refused", { response: new Response("{}", { status, headers }), body });

test("a failure says what the user can do about it", () => {
  expect(failureOf(refusal(429, { "retry-after": "90" }), en)).toBe("Too many attempts. Try again in 2 minutes.");
  expect(failureOf(refusal(429, { "retry-after": "20" }), pt)).toBe(
    "Muitas tentativas. Tente novamente em 20 segundos.",
  );
  expect(failureOf(refusal(429), en)).toBe("Too many attempts. Try again later.");
  expect(failureOf(refusal(409, {}, { type: "urn:pluggy-lambda:problem:item-not-updatable" }), en)).toBe(
    en.notUpdatable,
  );
  expect(failureOf(refusal(503), en)).toBe(en.openFailed);
  expect(failureOf(new ApiError("network", "offline"), en)).toBe(en.noResponse);
  expect(failureOf(new ApiError("timeout", "late"), en)).toBe(en.noResponse);
  expect(failureOf(new WidgetError("not-loaded", "late"), en)).toBe(en.notLoaded);
  expect(failureOf(new WidgetError("failed", "broken"), en)).toBe(en.openFailed);
  expect(failureOf(undefined, en)).toBe(en.openFailed);
});

test("a time of another day has its day, in the language of the user", () => {
  const today = new Date();
  const other = new Date(2024, 1, 3, 16, 5);
  today.setHours(16, 5);

  expect(pt.dataOf(today)).toBe("Dados das 16:05.");
  expect(pt.dataOf(other)).toBe("Dados de 3 de fevereiro, 16:05.");
  expect(pt.until(other)).toBe("Válido até 3 de fevereiro, 16:05.");
  // Between the time and its half of the day, some versions of ICU have another space.
  expect(en.dataOf(today).replace(/\s/gu, " ")).toBe("Data as of 4:05 PM.");
  expect(en.until(other).replace(/\s/gu, " ")).toBe("Valid until February 3, 4:05 PM.");
});

test("the sign of a bank can be read on every color", () => {
  expect(logoOf("Banco do Brasil", "FFEF38")).toEqual({ initials: "BD", background: "#FFEF38", color: "#111" });
  expect(logoOf(" itaú ", "0070AF")).toEqual({ initials: "IT", background: "#0070AF", color: "#fff" });
  for (const wrong of [undefined, null, "", "red", "12345", "1234567", "url(x)"])
    expect(logoOf("X", wrong)).toEqual({ initials: "X", background: "#555555", color: "#fff" });
  expect(logoOf("", "000000").initials).toBe("");
});
