// The page of the stand-in bank, where a person approves or denies an Open Finance login.
import { render } from "preact";
import { useState } from "preact/hooks";

import { Button, Sign } from "./parts.tsx";
import { actAtBank } from "./sandbox.ts";
import { languageOf, preparePage, TEXTS, type Texts } from "./texts.ts";

/** How long the result is shown before the page closes itself, where the browser lets it. */
const CLOSES_AFTER_MS = 1500;

type Outcome = keyof Texts["bank"]["outcomes"];

function Bank({ itemId, texts }: { itemId: string; texts: Texts }) {
  const [outcome, setOutcome] = useState<Outcome>();

  function act(granted: boolean): void {
    actAtBank(itemId, granted).then(
      (isDone) => {
        setOutcome(isDone ? (granted ? "approved" : "denied") : "nothingWaits");
        if (isDone) setTimeout(() => window.close(), CLOSES_AFTER_MS);
      },
      () => setOutcome("unreachable"),
    );
  }

  const { title, notice, question, data, approve, deny } = texts.bank;
  return (
    <>
      <header>
        <p class="stand-in">{title}</p>
      </header>
      <main>
        <p class="notice">{notice}</p>
        {outcome === undefined ? (
          <>
            <h1>{question}</h1>
            <p>{data}</p>
            <div class="actions">
              <Button onClick={() => act(true)}>{approve}</Button>
              <Button kind="secondary" onClick={() => act(false)}>
                {deny}
              </Button>
            </div>
          </>
        ) : (
          <div role="status">
            <Sign kind={outcome === "approved" ? "good" : "bad"} />
            <h1>{texts.bank.outcomes[outcome][0]}</h1>
            <p>{texts.bank.outcomes[outcome][1]}</p>
          </div>
        )}
      </main>
    </>
  );
}

const query = new URLSearchParams(location.search);
const language = languageOf(query.get("language") ?? navigator.language);
const texts = TEXTS[language];
preparePage(language, query.get("theme"), texts.bank.title);
render(<Bank itemId={query.get("item") ?? ""} texts={texts} />, document.body);
