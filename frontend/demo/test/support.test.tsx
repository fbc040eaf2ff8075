// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Support } from "../src/page/support.tsx";

const ITEM = "9a7b6c5d-0000-4000-8000-000000000001";

const server = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.stubGlobal(
    "fetch",
    server.mockImplementation(async () => Response.json({ html: "<p>state</p>" })),
  );
});

afterEach(() => {
  cleanup();
  server.mockReset();
  vi.unstubAllGlobals();
});

const support = (version: number) => (
  <Support title="Support" failure="It failed." itemId={ITEM} theme="light" version={version} />
);

const frame = (): HTMLIFrameElement => screen.getByTitle("Support");

const calls = (): unknown[] => server.mock.calls.map(([, init]) => JSON.parse(String(init?.body)));

/** Loads a page with a form and a button into the frame, as a browser does with its `srcDoc`. */
function load(): Document {
  const page = frame().contentDocument!;
  page.body.innerHTML = '<form><input name="query"></form><button></button><cwdb-action>{"search": true}</cwdb-action>';
  fireEvent.load(frame());
  return page;
}

test("the page follows the item until somebody uses it", async () => {
  const { rerender } = render(support(1));
  rerender(support(2));
  await vi.waitFor(() => expect(frame().srcdoc).toContain("<p>state</p>"));
  const initial = { parameters: { itemId: ITEM }, form: {}, theme: "light" };
  expect(calls()).toEqual([initial, initial]);

  const page = load();
  fireEvent.input(page.querySelector("input")!, { target: { value: "usr_1" } });
  rerender(support(3));
  expect(calls()).toHaveLength(2);

  fireEvent.click(page.querySelector("button")!);
  rerender(support(4));
  expect(calls().slice(2)).toEqual([{ parameters: { search: true }, form: { query: "usr_1" }, theme: "light" }]);
});

test("the page of a button is not left for the item's", () => {
  const { rerender } = render(support(1));
  fireEvent.click(load().querySelector("button")!);
  rerender(support(2));
  expect(calls()).toHaveLength(2);
});

test("a failure is said", async () => {
  server.mockImplementation(async () => new Response("", { status: 502 }));
  render(support(1));
  await vi.waitFor(() => expect(frame().srcdoc).toContain("It failed."));
});
