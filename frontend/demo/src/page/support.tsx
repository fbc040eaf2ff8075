import { useEffect, useState } from "react";

import { fetchSupportPage, type SupportCall, type Theme } from "../server.ts";

interface Props {
  title: string;
  /** What is shown if the function does not answer. */
  failure: string;
  itemId: string;
  theme: Theme;
  /** Changes when there is news of the item. */
  version: unknown;
}

/**
 * The screen for support, as a CloudWatch dashboard shows it: HTML in which no script runs, and whose buttons call the
 * function again.
 */
export function Support({ title, failure, itemId, theme, version }: Props) {
  const [call, setCall] = useState<SupportCall>({ parameters: { itemId }, form: {} });
  const [html, setHtml] = useState("");
  // As of the first use of the page: a reload would take away what the person types, or leave the page of a button.
  const [held, setHeld] = useState<{ version: unknown }>();
  const shownVersion = held ? held.version : version;
  useEffect(() => {
    let isCurrent = true;
    fetchSupportPage(call, theme).then(
      (html) => isCurrent && setHtml(html),
      () => isCurrent && setHtml(`<p>${failure}</p>`),
    );
    return () => {
      isCurrent = false;
    };
  }, [call, theme, shownVersion, failure]);
  return (
    <iframe
      className="support"
      title={title}
      sandbox="allow-same-origin"
      srcDoc={`<!doctype html><html lang="en"><title>${title}</title><body style="margin:0">${html}`}
      onLoad={({ currentTarget }) => {
        const page = currentTarget.contentDocument!;
        page.addEventListener("input", () => setHeld({ version: shownVersion }));
        connect(page, (call) => {
          setHeld({ version: shownVersion });
          setCall(call);
        });
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
