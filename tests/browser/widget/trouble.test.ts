import { expect } from "vitest";

import { Demo } from "./demo.ts";
import { test } from "./fixtures.ts";
import { control, startSandbox } from "./sandbox.ts";

const status = (code: number, times?: number) => ({ times, effect: { kind: "status", status: code } });

test.afterEach(({ sandbox }) => void control(sandbox, "DELETE", "faults"));

test("polls that fail for a moment do not end the connection", async ({ demo, sandbox }) => {
  await demo.connectUpToLogin(/It works/);
  await control(sandbox, "POST", "faults", { method: "GET", pathPrefix: "/items/", ...status(503, 2) });

  await demo.logIn();

  await demo.screen("done");
  expect((await demo.callbacks()).filter((callback) => callback.startsWith("onError"))).toEqual([]);
});

test("a login that does not get through can be sent again, and makes one item", async ({ demo, sandbox }) => {
  await demo.connectUpToLogin(/It works/);
  await control(sandbox, "POST", "faults", { method: "POST", pathPrefix: "/items", ...status(500, 1) });
  await demo.logIn();
  expect(await demo.screen("broken")).toBe("No connection");
  expect((await demo.callbacks()).at(-1)).toMatch(/^onError /);

  await demo.press("Try again");

  await demo.screen("done");
  await demo.until("onSuccess UPDATED SUCCESS");
});

test("a response that is no JSON is an error", async ({ demo, sandbox }) => {
  await demo.connect(/It works/);
  await control(sandbox, "POST", "faults", { pathPrefix: "/connectors", times: 1, effect: { kind: "garbage" } });

  await demo.main("consent").getByRole("button").click();

  await demo.screen("broken");
  await demo.press("Try again");
  await demo.screen("login");
});

test("a connect token that has expired ends the session", async ({ demo, sandbox }) => {
  await demo.connectUpToLogin(/It works/);
  await control(sandbox, "POST", "faults", { pathPrefix: "/items", ...status(403) });

  await demo.logIn();

  expect(await demo.screen("broken")).toBe("This session has ended");
  expect(await demo.main("broken").getByRole("button").allInnerTexts()).toEqual(["Close"]);
  expect((await demo.callbacks()).at(-1)).toMatch(/^onError /);
});

test("a prompt that nobody answers in time is an error", async ({ visit, onTestFinished }) => {
  const hurried = await startSandbox({ timeScale: 30 }); // 4 seconds for the answer.
  onTestFinished(hurried.stop);
  const demo = await Demo.open(visit.page, hurried);
  await demo.connectAndLogIn(/Asks for a code/);
  await demo.screen("prompt");

  await demo.until("onError OUTDATED USER_INPUT_TIMEOUT");

  expect(await demo.screen("failed")).toBe("Time is up");
  await demo.press("Try again");
  await demo.screen("prompt");
});
