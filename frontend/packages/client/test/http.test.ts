import { expect, test, vi } from "vitest";

import type { Reply } from "../../../testing/api.ts";
import { setUp } from "../../../testing/set-up.ts";
import { type ApiError, isApiError, type PluggyClientOptions, type ProblemType } from "../src/index.ts";

const testbed = setUp();

/** What asking for a connect token is refused with. */
async function refusal(reply?: Reply, options?: Partial<PluggyClientOptions>): Promise<ApiError> {
  if (reply) testbed.api.reply = () => reply;
  const error: unknown = await testbed
    .client(options)
    .createConnectToken()
    .catch((error: unknown) => error);
  if (!isApiError(error)) throw new Error(`no ApiError: ${String(error)}`);
  return error;
}

const TOKEN = {
  accessToken: "connect-token",
  expiresAt: "2026-11-23T12:30:00Z",
  connect: { language: "pt", includeSandbox: false },
};

test("a connect token comes with the deployment's options, named as the widget names them", async () => {
  testbed.api.reply = () => ({ body: TOKEN });

  const options = await testbed.client().createConnectToken({ profile: "web" });

  expect(options).toEqual({ connectToken: "connect-token", language: "pt", includeSandbox: false });
  expect(testbed.api.received).toMatchObject([
    {
      method: "POST",
      path: "/connect-token",
      body: { profile: "web" },
      headers: { authorization: "Bearer user-token", "content-type": "application/json" },
    },
  ]);
});

test("an update asks for a token for the item", async () => {
  testbed.api.reply = () => ({ body: TOKEN });

  await testbed.client().update("the-item", { profile: "web" });

  expect(testbed.api.received[0]?.body).toEqual({ profile: "web", itemId: "the-item" });
});

test("a problem document becomes an error with its type, field and title", async () => {
  const error = await refusal({
    status: 400,
    headers: { "content-type": "application/problem+json" },
    body: {
      type: "urn:pluggy-lambda:problem:invalid-field",
      title: "A field is not valid",
      status: 400,
      detail: "…",
      field: "itemId",
    },
  });

  expect(error).toMatchObject({
    name: "ApiError",
    kind: "http",
    status: 400,
    type: "urn:pluggy-lambda:problem:invalid-field",
    field: "itemId",
    message: "A field is not valid",
  });
});

test("an update of an item that Pluggy does not update is refused with a type to decide by", async () => {
  const type = "urn:pluggy-lambda:problem:item-not-updatable" satisfies ProblemType;

  const error = await refusal({ status: 409, body: { type, title: "Pluggy does not update this item", status: 409 } });

  expect(error).toMatchObject({ name: "ApiError", kind: "http", status: 409, type });
});

test("a fault of the backend becomes an error with its request id and Retry-After", async () => {
  const error = await refusal({
    status: 503,
    headers: { "retry-after": "7" },
    body: { type: "about:blank", title: "Service Unavailable", status: 503, requestId: "the-request" },
  });

  expect(error).toMatchObject({ kind: "http", status: 503, requestId: "the-request", retryAfter: 7 });
});

test("a refusal of the gateway becomes an error with its message", async () => {
  const error = await refusal({ status: 429, body: { message: "Too Many Requests" } });

  expect(error).toMatchObject({
    kind: "http",
    status: 429,
    message: "Too Many Requests",
    type: undefined,
    retryAfter: undefined,
  });
});

test.each([
  ["a page", "<html>"],
  ["nothing", ""],
  ["null", "null"],
  ["a list", "[]"],
  ["odd members", { title: 1, type: null, requestId: {} }],
])("a refusal with %s in place of a problem document is an error with its status", async (_, body) => {
  expect(await refusal({ status: 502, body })).toMatchObject({
    kind: "http",
    status: 502,
    message: "HTTP 502",
    type: undefined,
    requestId: undefined,
  });
});

test.each([
  ["a sign-in page", "<html>"],
  ["nothing", ""],
  ["null", "null"],
  ["a number", "7"],
])("%s with the status 200 is not taken for a response of the API", async (_, body) => {
  expect(await refusal({ body })).toMatchObject({ kind: "network", status: undefined });
});

test("a connection that breaks is an error of the network", async () => {
  testbed.api.reply = () => "reset";

  expect(await refusal()).toMatchObject({ kind: "network", cause: expect.any(TypeError) as unknown });
});

test("an API that does not respond within 30 seconds is an error, and the request ends", async () => {
  testbed.api.reply = () => "hang";
  let signal: AbortSignal | null | undefined;
  const error = refusal(undefined, { fetch: (url, init) => ((signal = init?.signal), fetch(url, init)) });

  await testbed.clock.pass(29);
  expect(signal?.aborted).toBe(false);
  await testbed.clock.pass(2);

  expect(await error).toMatchObject({ kind: "timeout" });
  expect(signal?.aborted).toBe(true);
});

test("a user token that never comes is an error after 30 seconds, too", async () => {
  const error = refusal(undefined, { userToken: () => new Promise(() => {}) });

  await testbed.clock.pass(31);

  expect(await error).toMatchObject({ kind: "timeout" });
  expect(testbed.api.received).toEqual([]);
});

test.each([
  ["rejects", () => Promise.reject(new Error("signed out"))],
  [
    "throws",
    () => {
      throw new Error("signed out");
    },
  ],
])("nothing is sent if userToken %s", async (_, userToken) => {
  expect(await refusal(undefined, { userToken })).toMatchObject({
    kind: "user-token",
    cause: { message: "signed out" },
  });
  expect(testbed.api.received).toEqual([]);
});

test("a token that the API refuses is renewed once", async () => {
  testbed.api.reply = ({ headers }) =>
    headers.authorization === "Bearer new" ? { body: TOKEN } : { status: 401, body: { message: "Unauthorized" } };
  const userToken = vi.fn(({ renew }: { renew: boolean }) => (renew ? "new" : "old"));

  const options = await testbed.client({ userToken }).createConnectToken();

  expect(options.connectToken).toBe("connect-token");
  expect(userToken.mock.calls).toEqual([[{ renew: false }], [{ renew: true }]]);
});

test("a renewed token that the API refuses as well is an error, without a third attempt", async () => {
  const error = await refusal({ status: 401, body: { message: "Unauthorized" } });

  expect(error).toMatchObject({ kind: "http", status: 401 });
  expect(testbed.api.received).toHaveLength(2);
});

test("without userToken no token is sent, and a refusal is not repeated", async () => {
  const error = await refusal({ status: 401, body: { message: "Unauthorized" } }, { userToken: undefined });

  expect(error.status).toBe(401);
  expect(testbed.api.received).toHaveLength(1);
  expect(testbed.api.received[0]?.headers.authorization).toBeUndefined();
});

test.each([
  ["7", 7],
  ["0", 0],
  ["99999999999", 3600],
  ["Sat, 28 Nov 2026 12:00:30 GMT", 30],
  ["Sat, 28 Nov 2026 11:00:00 GMT", 0],
  ["soon", undefined],
  ["-5", undefined],
  ["", undefined],
])("Retry-After: %j is %j seconds", async (header, seconds) => {
  vi.setSystemTime("2026-11-28T12:00:00Z");

  expect((await refusal({ status: 503, headers: { "retry-after": header } })).retryAfter).toBe(seconds);
});

test("the language of the messages is what the app says at the moment", async () => {
  testbed.api.reply = () => ({ body: TOKEN });
  let language: "pt" | "en" = "pt";
  const speaking = testbed.client({ language: () => language });

  await speaking.createConnectToken();
  language = "en";
  await speaking.createConnectToken();

  expect(testbed.api.received.map(({ headers }) => headers["accept-language"])).toEqual(["pt", "en"]);
});

test("a base URL may end with a slash and have a path", async () => {
  testbed.api.reply = () => ({ body: TOKEN });

  await testbed.client({ baseUrl: `${testbed.api.url}/bank/` }).createConnectToken();

  expect(testbed.api.received[0]?.path).toBe("/bank/connect-token");
});

test.each(["", "undefined", "api.example.com", "ftp://api.example.com"])("%j is no base URL", (baseUrl) => {
  expect(() => testbed.client({ baseUrl })).toThrow(TypeError);
});

test("an app's own backend may be the base URL", async () => {
  const paths: unknown[] = [];

  await testbed
    .client({ baseUrl: "/api/pluggy", fetch: (path) => (paths.push(path), Promise.resolve(Response.json(TOKEN))) })
    .createConnectToken();

  expect(paths).toEqual(["/api/pluggy/connect-token"]);
});

test("an error of another copy of the package is known", () => {
  class ApiErrorOfAnotherCopy extends Error {
    override name = "ApiError";
  }

  expect(isApiError(new ApiErrorOfAnotherCopy())).toBe(true);
  expect([new Error("other"), { name: "ApiError" }, null, "ApiError"].filter(isApiError)).toEqual([]);
});
