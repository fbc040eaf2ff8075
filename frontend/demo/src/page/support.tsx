import { useEffect, useState } from "react";

import { fetchSupportPage, type SupportCall, type Theme } from "../server.ts";

interface Props {
  title: string;
  itemId: string;
  theme: Theme;
  /** Changes when there is news of the item. */
  version: unknown;
}

/**
 * The screen for support, as a CloudWatch dashboard shows it: HTML in which no script runs, and whose buttons call the
 * function again.
 */
export function Support({ title, itemId, theme, version }: Props) {
  const [call, setCall] = useState<SupportCall>({ parameters: { itemId }, form: {} });
  const [html, setHtml] = useState("");
  useEffect(() => setCall({ parameters: { itemId }, form: {} }), [itemId]);
  useEffect(() => {
    let isCurrent = true;
    fetchSupportPage(call, theme).then(
      (html) => isCurrent && setHtml(html),
      () => isCurrent && setHtml(""),
    );
    return () => {
      isCurrent = false;
    };
  }, [call, theme, version]);
  return (
    <iframe
      className="support"
      title={title}
      sandbox="allow-same-origin"
      srcDoc={`<!doctype html><html lang="en"><title>${title}</title><body style="margin:0">${html}`}
      onLoad={({ currentTarget }) => {
        const page = currentTarget.contentDocument!;
        connect(page, setCall);
        currentTarget.style.height = `${page.documentElement.scrollHeight}px`;
      }}
    />
  );
}

/** Does what CloudWatch does with each `cwdb-action`: a click on the element before it calls the function. */
function connect(page: Document, onCall: (call: SupportCall) => void): void {
  for (const action of page.querySelectorAll("cwdb-action"))
    action.previousElementSibling!.addEventListener("click", () => {
      const fields = [...page.querySelectorAll("form")].flatMap((form) => [...new FormData(form)]);
      const form = Object.fromEntries(fields.map(([name, value]) => [name, String(value)]));
      onCall({ parameters: JSON.parse(action.textContent), form });
    });
}
