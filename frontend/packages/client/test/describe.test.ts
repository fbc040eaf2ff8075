import { expect, test } from "vitest";

import { item } from "../../../testing/items.ts";
import { describe, type ActionKind, type Item, type Phase } from "../src/index.ts";

const failed = (kind: ActionKind): Item =>
  item({
    phase: "reconnect",
    executionStatus: "ERROR",
    nextAction: { kind, message: "ours" },
    error: { code: "SITE_NOT_AVAILABLE", message: "for developers", providerMessage: "theirs" },
  });

const TONES: Record<Phase, string> = {
  connecting: "progress",
  updating: "progress",
  ready: "good",
  ready_partial: "notice",
  retrying: "notice",
  unknown: "notice",
  waiting_user: "warning",
  reconnect: "warning",
  failed: "warning",
};

test.each(Object.entries(TONES))("the tone of %s is %s", (phase, tone) => {
  expect(describe(item({ phase: phase as Phase })).tone).toBe(tone);
});

test.each(["paused", "constructor", "__proto__", ""])("a phase of a newer API, %j, is a notice", (phase) => {
  expect(describe(item({ phase: phase as Phase })).tone).toBe("notice");
});

test("data that is there and old is a notice, with a button that updates it in the widget", () => {
  const stale = item({ phase: "ready", nextAction: { kind: "update", connectToken: { itemId: "the-item" } } });

  expect(describe(stale)).toMatchObject({
    tone: "notice",
    hasData: true,
    button: { label: "Atualizar agora", request: { itemId: "the-item" } },
  });
});

test("a reason of a newer API changes nothing", () => {
  const newer = item({ nextAction: { reason: "newer_reason" as Item["nextAction"]["reason"] } });

  expect(describe(newer)).toEqual(describe(item()));
});

test("the message is that of the next action, and the bank's message is beside it where it helps", () => {
  expect(describe(failed("reconnect"))).toMatchObject({ message: "ours", bankMessage: "theirs" });
  expect(describe(failed("wait_for_bank"))).toMatchObject({ message: "ours", bankMessage: undefined });
  expect(describe(failed("connect_again")).bankMessage).toBeUndefined();
  expect(describe(failed("newer" as ActionKind)).bankMessage).toBeUndefined();
});

test.each([
  ["reconnect", "Conectar novamente", "Connect again"],
  ["connect_again", "Conectar novamente", "Connect again"],
  ["act_at_bank", "Conectar novamente", "Connect again"],
  ["answer_mfa", "Informar a confirmação", "Enter the confirmation"],
  ["update", "Atualizar agora", "Update now"],
  ["newer", "Conectar novamente", "Connect again"],
  ["constructor", "Conectar novamente", "Connect again"],
])("there is a button for %s exactly where there is a request for the widget", (kind, portuguese, english) => {
  const with_ = item({ nextAction: { kind: kind as ActionKind, connectToken: { itemId: "the-item" } } });
  const without = item({ nextAction: { kind: kind as ActionKind } });

  expect(describe(with_).button).toEqual({ label: portuguese, request: { itemId: "the-item" } });
  expect(describe(with_, "en").button?.label).toBe(english);
  expect(describe(without).button).toBeUndefined();
});

test("a button for a new connection asks for nothing in particular", () => {
  expect(describe(item({ nextAction: { kind: "connect_again", connectToken: {} } })).button?.request).toEqual({});
});

const withLink = (link: unknown): Item =>
  item({ nextAction: { kind: "act_at_bank", link } as Partial<Item["nextAction"]> });

test("a link to the bank's login page is a link", () => {
  expect(describe(withLink("https://bank.example.com/auth?request=abc")).link).toEqual({
    label: "Abrir a página do banco",
    href: "https://bank.example.com/auth?request=abc",
  });
  expect(describe(withLink("https://bank.example.com/"), "en").link?.label).toBe("Open the bank's page");
});

test.each([
  "javascript:alert(1)",
  "http://bank.example.com",
  "data:text/html,x",
  " https://bank.example.com",
  "",
  null,
  undefined,
  7,
  {},
])("%j is no link", (link) => {
  expect(describe(withLink(link)).link).toBeUndefined();
});

const withImage = (image: string | null): Item =>
  item({
    nextAction: {
      kind: "answer_mfa",
      prompt: {
        label: null,
        type: "image",
        image,
        options: null,
        assistiveText: null,
        placeholder: null,
        instructions: null,
      },
    },
  });

test("an image of the bank's question is an address for an img", () => {
  expect(describe(withImage("iVBORw0KGgo=")).image).toBe("data:image/png;base64,iVBORw0KGgo=");
});

test.each(["https://bank.example.com/image.png", 'x" onerror="alert(1)', "", null])("%j is no image", (image) => {
  expect(describe(withImage(image)).image).toBeUndefined();
});

test("support gets the code of the error, or else the state of the execution", () => {
  expect(describe(failed("contact_support")).supportCode).toBe("SITE_NOT_AVAILABLE");
  expect(describe({ ...failed("contact_support"), error: null }).supportCode).toBe("ERROR");
  expect(describe(item({ executionStatus: null })).supportCode).toBeUndefined();
});

test("the products that are missing are named, and older data counts as data", () => {
  const product = (isUpdated: boolean | null) => ({ isUpdated, lastUpdatedAt: null, warnings: [] });
  const view = describe(
    item({ products: { accounts: product(true), creditCards: product(false), loans: product(null) } }),
  );

  expect(view).toMatchObject({ missingProducts: ["creditCards"], hasData: true });
  expect(describe(item({ lastUpdatedAt: null })).hasData).toBe(false);
});
