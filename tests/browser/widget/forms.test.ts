import { expect } from "vitest";

import { Demo } from "./demo.ts";
import { test } from "./fixtures.ts";
import { control } from "./sandbox.ts";

/** Opens the widget with options of the SDK, and returns the names of the banks that it offers. */
async function banksWith(demo: Demo): Promise<string[]> {
  await demo.connect(/It works/);
  await demo.main("consent").getByRole("button").click();
  await demo.screen("banks");
  return demo.main("banks").locator(".bank > span:nth-child(2)").allInnerTexts();
}

test("a bank is found by its name without accents, and another one can be chosen", async ({ demo }) => {
  await demo.connectUpToLogin(/It works/);
  await demo.press("Back");
  await demo.screen("banks");
  await demo.widget.getByLabel("Search for a bank").fill("ITAU");
  expect(await demo.main("banks").getByRole("listitem").count()).toBe(1);
  await demo.widget.getByLabel("Search for a bank").fill("no such bank");
  await demo.main("banks").getByText("No bank has this name.").waitFor();
  await demo.widget.getByLabel("Search for a bank").fill("nubank");
  await demo.press("Nubank");

  await demo.screen("login");

  expect((await demo.callbacks()).slice(2)).toEqual([
    "SELECTED_INSTITUTION Pluggy Bank",
    "SELECTED_INSTITUTION null",
    "SELECTED_INSTITUTION Nubank",
  ]);
});

test("only the banks that the app selects are offered", async ({ visit, sandbox }) => {
  const offered = async (options: object): Promise<string[]> =>
    banksWith(await Demo.open(visit.page, sandbox, { selectedConnectorId: -1, ...options }));

  expect(await offered({ connectorIds: [219, 2] })).toEqual(["Pluggy Bank", "Caixa"]);
  expect(await offered({ connectorIds: [219, 2], connectorSortAlphabetically: true })).toEqual(["Caixa", "Pluggy Bank"]);
  expect(await offered({ connectorTypes: ["INVESTMENT"] })).toEqual(["Pluggy Bank Investments"]);
  expect(await offered({ includeSandbox: false })).toEqual(["Nubank", "Caixa", "Itaú"]);
  expect(await offered({ countries: ["MX"] })).toEqual([]);
});

test("the CPF that the app knows is filled in", async ({ visit, sandbox }) => {
  const demo = await Demo.open(visit.page, sandbox, { selectedConnectorId: 601, openFinanceParameters: { cpf: "111.111.111-11" } });

  await demo.connectUpToLogin(/It works/);

  expect(await demo.widget.getByLabel("CPF").inputValue()).toBe("111.111.111-11");
});

test("an update can ask for credentials although the login is good", async ({ visit, sandbox }) => {
  const demo = await Demo.open(visit.page, sandbox, { forceAskForCredentials: true });
  await demo.connectAndLogIn(/It works/);
  await demo.screen("done");
  await demo.press("Done");

  await demo.page.getByRole("button", { name: "Update the last item" }).click();

  await demo.screen("login");
});

test("a form names each wrong field, and sends nothing", async ({ demo }) => {
  await demo.connectUpToLogin(/It works/);
  await demo.press("Back");
  await demo.press("Pluggy Bank MFA 1 step");
  await demo.screen("login");
  await demo.widget.getByLabel("User").fill("");
  await demo.widget.getByLabel("Token").fill("12345");

  await demo.logIn();

  const describes = async (label: string): Promise<string> => {
    const id = await demo.widget.getByLabel(label).getAttribute("aria-describedby");
    return demo.widget.locator(`#${id}`).innerText();
  };
  expect(await describes("User")).toBe("Fill in this field.");
  expect(await describes("Token")).toBe("The token has 6 digits");
  expect(await demo.widget.getByLabel("User").evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await demo.callbacks()).not.toContain("SUBMITTED_LOGIN");
});

test("a select of a form offers what the connector has", async ({ demo }) => {
  await demo.connectUpToLogin(/It works/);
  await demo.press("Back");
  await demo.press("Pluggy Bank Cooperative");
  await demo.screen("login");

  await demo.widget.getByLabel("Cooperative").selectOption("Cooperative 2");
  await demo.logIn();

  await demo.screen("done");
});

test("a bank that is offline is marked, and its refusal is shown", async ({ demo, sandbox, onTestFinished }) => {
  const setHealth = (status: string) => control(sandbox, "PUT", "connectors/212/health", { status });
  onTestFinished(async () => void (await setHealth("ONLINE")));
  await setHealth("OFFLINE");
  await demo.connectUpToLogin(/It works/);
  await demo.press("Back");
  await demo.press(/^Nubank ?Unavailable$/);
  await demo.screen("login");

  await demo.logIn();

  expect(await demo.main("login").getByRole("alert").innerText()).toBe("This bank is not available now. Try again later.");
  expect((await demo.callbacks()).at(-1)).toBe("onError The connector is offline");
});

test("the whole way can be gone by keyboard", async ({ demo }) => {
  const { keyboard } = demo.page;
  await demo.page.getByRole("button", { name: "Connect a bank" }).focus();
  await keyboard.press("Enter");
  await demo.screen("consent");
  await expect.poll(() => demo.widget.getByRole("heading").evaluate((heading) => heading === document.activeElement)).toBe(true);
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await demo.screen("login");
  for (const key of ["Tab", "Tab", "Enter"]) await keyboard.press(key);

  await demo.screen("done");
  await keyboard.press("Tab");
  await keyboard.press("Enter");

  await demo.until("onClose");
});

test("Escape closes the widget from inside", async ({ demo }) => {
  await demo.connect(/It works/);
  await demo.widget.getByRole("button", { name: "Agree and continue" }).focus();

  await demo.page.keyboard.press("Escape");

  await demo.until("onClose");
});

test("the language and the theme are the app's", async ({ demo }) => {
  const look = (): Promise<(string | undefined)[]> =>
    demo.main("consent").evaluate(({ ownerDocument: { documentElement: html } }) => [html.lang, html.dataset.theme]);
  await demo.connect(/It works/);
  expect(await look()).toEqual(["en", "light"]);
  await demo.page.reload();
  await demo.page.getByRole("radio", { name: "Português" }).check();
  await demo.page.getByRole("radio", { name: "Escuro" }).check();

  await demo.connect(/Dá certo/);

  expect(await look()).toEqual(["pt-BR", "dark"]);
  expect(await demo.screen("consent")).toBe("Conecte sua conta");
});

test("the page says what it is when it is opened alone", async ({ visit, sandbox }) => {
  await visit.page.goto(sandbox.url);

  expect(await visit.page.getByRole("main").innerText()).toContain("--demo");
});
