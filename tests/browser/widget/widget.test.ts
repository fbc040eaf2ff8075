import { expect } from "vitest";

import { withoutPolls } from "./demo.ts";
import { test } from "./fixtures.ts";

const UP_TO_LOGIN = (bank: string): string[] => ["onOpen", "SUBMITTED_CONSENT", `SELECTED_INSTITUTION ${bank}`, "SUBMITTED_LOGIN"];

test("a bank is connected, and the app hears each step in its order, and of the end once", async ({ demo }) => {
  await demo.connectAndLogIn(/It works/);
  expect(await demo.screen("done")).toBe("Bank connected");
  await demo.press("Done");

  const callbacks = await demo.until("onClose");
  const names = withoutPolls(callbacks).map((callback) =>
    callback.startsWith("LOGIN_STEP_COMPLETED") ? "LOGIN_STEP_COMPLETED" : callback,
  );
  expect(names).toEqual([
    ...UP_TO_LOGIN("Pluggy Bank"),
    "LOGIN_SUCCESS UPDATING CREATED",
    "ITEM_RESPONSE",
    "LOGIN_STEP_COMPLETED",
    "ITEM_RESPONSE",
    "onSuccess UPDATED SUCCESS",
    "onClose",
  ]);
  expect(callbacks.filter((callback) => callback.startsWith("ITEM_RESPONSE")).at(-1)).toBe("ITEM_RESPONSE UPDATED SUCCESS");
  await expect.poll(() => demo.page.locator("iframe").count()).toBe(0);
});

test("a code that the bank asks for is answered", async ({ demo }) => {
  await demo.connectAndLogIn(/Asks for a code/);
  expect(await demo.screen("prompt")).toBe("Your bank asks for a code");
  await demo.widget.getByLabel("Token").fill("123456");
  await demo.press("Send");
  await demo.screen("done");
  // More than a poll: an older watch of the item would report its end, too.
  await demo.page.waitForTimeout(1000);
  await demo.press("Done");

  const callbacks = withoutPolls(await demo.until("onClose"));
  expect(callbacks.slice(0, 9)).toEqual([
    ...UP_TO_LOGIN("Pluggy Bank MFA 2 step"),
    "LOGIN_SUCCESS UPDATING CREATED",
    "ITEM_RESPONSE",
    "SUBMITTED_MFA",
    "LOGIN_MFA_SUCCESS UPDATING LOGIN_MFA_IN_PROGRESS",
    "ITEM_RESPONSE",
  ]);
  expect(callbacks.filter((callback) => callback.startsWith("LOGIN_STEP_COMPLETED"))).toHaveLength(1);
  expect(callbacks.filter((callback) => callback.startsWith("onSuccess"))).toEqual(["onSuccess UPDATED SUCCESS"]);
});

test("a wrong code fails, and the same login is tried again with the right one", async ({ demo }) => {
  await demo.connectAndLogIn(/Asks for a code/);
  await demo.screen("prompt");
  await demo.press(/Wrong code/);
  await demo.press("Send");
  expect(await demo.screen("failed")).toBe("Wrong code");
  expect(await demo.callbacks()).toContain("onError OUTDATED INVALID_CREDENTIALS_MFA");

  await demo.press("Try again");
  await demo.screen("prompt");
  await demo.press(/Right code/);
  await demo.press("Send");

  await demo.screen("done");
  await demo.until("onSuccess UPDATED SUCCESS");
});

test("a prompt without an answer is refused in the form", async ({ demo }) => {
  await demo.connectAndLogIn(/Asks for a code/);
  await demo.screen("prompt");

  await demo.press("Send");

  const field = demo.widget.getByLabel("Token");
  await expect.poll(() => field.getAttribute("aria-invalid")).toBe("true");
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await demo.callbacks()).not.toContain("SUBMITTED_MFA");
});

test("a wrong password is an error, and the same item is repaired with the right one", async ({ demo, visit }) => {
  const requests: string[] = [];
  visit.page.on("request", (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname.split("/")[1]}`));
  await demo.connectAndLogIn(/Wrong password/);
  expect(await demo.screen("failed")).toBe("Wrong user or password");
  expect((await demo.callbacks()).at(-1)).toBe("onError LOGIN_ERROR INVALID_CREDENTIALS");

  await demo.press("Try again");
  await demo.screen("login");
  expect(await demo.widget.getByLabel("User").inputValue()).toBe("user-ok");
  expect(await demo.widget.getByLabel("Password").inputValue()).toBe("");
  await demo.widget.getByLabel("Password").fill("password-ok");
  await demo.logIn();
  await demo.screen("done");

  await demo.until("onSuccess UPDATED SUCCESS");
  expect(requests.filter((request) => request === "POST items")).toHaveLength(1);
  expect(requests.filter((request) => request === "PATCH items")).toHaveLength(1);
});

test("after two wrong passwords the form says when the next login is possible", async ({ demo }) => {
  await demo.connectAndLogIn(/Wrong password/);
  for (const attempt of [1, 2]) {
    await demo.screen("failed");
    await demo.press("Try again");
    await demo.screen("login");
    await demo.widget.getByLabel("Password").fill(`wrong-${attempt}`);
    await demo.logIn();
  }

  const notice = await demo.main("login").getByRole("alert").innerText();

  expect(notice).toMatch(/^Too many failed logins\. You can try again at \d+:\d\d/);
  expect((await demo.callbacks()).at(-1)).toMatch(/^onError/);
});

test("Caixa: the device waits for its authorization, which the app hears as an error and never as a success", async ({ demo, sandbox }) => {
  await demo.connectAndLogIn(/Caixa/);
  expect(await demo.screen("device")).toBe("Authorize this device at your bank");
  expect(await demo.main("device").innerText()).toContain("30 minutes");
  await demo.press("The person authorizes the device");
  await demo.main("device").getByText("Done at the stand-in bank").waitFor();

  // Pluggy continues by itself, and reports it by webhook only.
  const itemId = await demo.page.locator(".callbacks code").innerText();
  const body = JSON.stringify({ itemId });
  const { accessToken } = await (await fetch(`${sandbox.url}/demo/connect-token`, { method: "POST", body })).json();
  const read = async (): Promise<string> => {
    const headers = { "x-api-key": accessToken };
    return (await (await fetch(`${sandbox.url}/items/${itemId}`, { headers })).json()).executionStatus;
  };
  await expect.poll(read, { timeout: 10_000 }).toBe("SUCCESS");
  await demo.main("device").getByRole("button", { name: "Close" }).click();
  const callbacks = withoutPolls(await demo.until("onClose"));
  expect(callbacks).toEqual([
    ...UP_TO_LOGIN("Caixa"),
    "LOGIN_SUCCESS UPDATING CREATED",
    "ITEM_RESPONSE",
    "onError OUTDATED USER_AUTHORIZATION_PENDING",
    "onClose",
  ]);
});

test("a device that was authorized before waits no longer", async ({ demo }) => {
  await demo.connectAndLogIn(/Caixa/);
  await demo.screen("device");
  await demo.press("The person denies it");
  await demo.main("device").getByText("Done at the stand-in bank").waitFor();

  await demo.press("The person authorizes the device");

  await demo.main("device").getByText("Nothing waits at the bank any more").waitFor();
});

test("partial success is a success that names what is missing", async ({ demo }) => {
  await demo.connectAndLogIn(/Partial success/);

  expect(await demo.screen("done")).toBe("Connected in part");
  expect(await demo.main("done").getByRole("listitem").allInnerTexts()).toEqual(["Accounts"]);
  expect(await demo.main("done").innerText()).toContain("Conta sem permissão de acesso.");
  await demo.until("onSuccess UPDATED PARTIAL_SUCCESS");
});

test("a bank that is down can be tried again with the same login", async ({ demo }) => {
  await demo.connectAndLogIn(/Bank is down/);
  expect(await demo.screen("failed")).toBe("Your bank is not available");
  await demo.until("onError OUTDATED SITE_NOT_AVAILABLE");

  await demo.press("Try again");
  await demo.screen("working");
  await demo.screen("failed");

  const errors = (await demo.callbacks()).filter((callback) => callback.startsWith("onError"));
  expect(errors).toEqual(Array(2).fill("onError OUTDATED SITE_NOT_AVAILABLE"));
  await demo.press("Choose another bank");
  await demo.screen("banks");
  expect((await demo.callbacks()).at(-1)).toBe("SELECTED_INSTITUTION null");
});

test("an update runs at once, without consent and bank", async ({ demo }) => {
  await demo.connectAndLogIn(/It works/);
  await demo.screen("done");
  await demo.press("Done");
  await demo.until("onClose");

  await demo.page.getByRole("button", { name: "Update the last item" }).click();
  await demo.screen("done");

  const callbacks = withoutPolls(await demo.until("onSuccess UPDATED SUCCESS"));
  expect(callbacks.slice(0, 4)).toEqual(["onOpen", "ITEM_RESPONSE", "LOGIN_SUCCESS UPDATING LOGIN_IN_PROGRESS", "ITEM_RESPONSE"]);
});

test("an update of a refused login asks for new credentials", async ({ demo }) => {
  await demo.connectAndLogIn(/Wrong password/);
  await demo.screen("failed");
  await demo.main("failed").getByRole("button", { name: "Close" }).click();
  await demo.until("onClose");

  await demo.page.getByRole("button", { name: "Update the last item" }).click();
  await demo.screen("login");
  expect(await demo.widget.getByRole("button", { name: "Back" }).count()).toBe(0);
  await demo.press(/^Works/);
  await demo.logIn();
  await demo.screen("done");

  const callbacks = withoutPolls(await demo.until("onSuccess UPDATED SUCCESS"));
  expect(callbacks.slice(0, 4)).toEqual(["onOpen", "ITEM_RESPONSE", "SUBMITTED_LOGIN", "LOGIN_SUCCESS UPDATING LOGIN_IN_PROGRESS"]);
});

test("an update resumes an open prompt", async ({ demo }) => {
  await demo.connectAndLogIn(/Asks for a code/);
  await demo.screen("prompt");
  await demo.press("Close");
  await demo.until("onClose");

  await demo.page.getByRole("button", { name: "Update the last item" }).click();
  await demo.screen("prompt");
  await demo.press(/Right code/);
  await demo.press("Send");
  await demo.screen("done");

  await demo.until("onSuccess UPDATED SUCCESS");
});

test("a connection continues in the background, and the app's page can be used", async ({ demo }) => {
  await demo.connectAndLogIn(/It works/);
  await demo.press("Continue in the background");

  const frame = demo.page.locator("iframe").first();
  await frame.waitFor({ state: "hidden" });
  await expect.poll(() => demo.page.evaluate(() => document.body.className)).toBe("");
  const callbacks = await demo.until("onSuccess UPDATED SUCCESS");
  expect(callbacks).toContain("onHide");
  expect(callbacks).not.toContain("onClose");
  await demo.page.getByRole("button", { name: "Show the hidden widget" }).click();
  await demo.screen("done");
  await demo.press("Done");
  await demo.until("onClose");
});

test("without the app's permission nothing continues in the background", async ({ demo }) => {
  await demo.page.getByRole("checkbox").uncheck();
  await demo.connectAndLogIn(/It works/);

  await demo.screen("working");

  expect(await demo.main("working").getByRole("button").count()).toBe(0);
});

test("closing in the middle ends the callbacks", async ({ demo }) => {
  await demo.connectAndLogIn(/It works/);
  await demo.screen("working");
  await demo.press("Close");

  await demo.until("onClose");
  await demo.page.waitForTimeout(1500); // More than a poll.

  expect((await demo.callbacks()).at(-1)).toBe("onClose");
});
