// A small app that opens the widget with the sandbox's own connect tokens, and lists the callbacks.
import { PluggyConnect } from "pluggy-connect-sdk";
import type { PluggyConnectProps } from "pluggy-connect-sdk/dist/module/pluggy-connect";
import type { Item } from "pluggy-js";
import { render } from "preact";
import { useState } from "preact/hooks";

import { Button } from "./parts.tsx";
import { type Scenario, SCENARIOS } from "./scenarios.ts";
import { type Language, languageOf, preparePage } from "./texts.ts";
import { DEMO_TEXTS } from "./texts/demo.ts";
import { SCENARIO_TEXTS } from "./texts/scenarios.ts";

type Theme = "light" | "dark";

interface Callback {
  at: Date;
  name: string;
  detail: string;
}

/** What a backend gives to its page. */
interface Token {
  accessToken: string;
  connect: { url: string };
}

function Demo() {
  const [language, setLanguage] = useState<Language>(languageOf(navigator.language));
  const [theme, setTheme] = useState<Theme>(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const [scenario, setScenario] = useState<Scenario | undefined>(SCENARIOS[0]);
  const [isBackgroundAllowed, allowBackground] = useState(true);
  const [callbacks, setCallbacks] = useState<Callback[]>([]);
  const [itemId, setItemId] = useState<string>();
  const [hidden, setHidden] = useState<PluggyConnect>();
  const texts = DEMO_TEXTS[language];
  preparePage(language, theme, texts.title);

  function note(name: string, detail = ""): void {
    setCallbacks((others) => [...others, { at: new Date(), name, detail }]);
  }

  function noteItem(name: string, item: Item): void {
    setItemId(item.id);
    note(name, `${item.status} ${item.executionStatus}`);
  }

  async function open(updateItem?: string): Promise<void> {
    setCallbacks([]);
    await put("/sandbox/prefill", updateItem === undefined ? (scenario?.values ?? {}) : {});
    const token = await connectToken(updateItem);
    const widget = new PluggyConnect({
      includeSandbox: true,
      language,
      theme,
      allowConnectInBackground: isBackgroundAllowed,
      ...(updateItem === undefined ? scenario && { selectedConnectorId: scenario.connectorId } : { updateItem }),
      ...otherOptions(),
      connectToken: token.accessToken,
      ...token.connect,
      onOpen: () => note("onOpen"),
      onClose: () => note("onClose"),
      onHide: () => {
        note("onHide");
        setHidden(widget);
      },
      onSuccess: ({ item }) => noteItem("onSuccess", item),
      onError: ({ message, data }) => (data ? noteItem("onError", data.item) : note("onError", message)),
      onEvent: (payload) => {
        if ("item" in payload) noteItem(payload.event, payload.item);
        else note(payload.event, "connector" in payload ? (payload.connector?.name ?? "null") : "");
      },
    });
    setHidden(undefined);
    await widget.init();
  }

  function start(updateItem?: string): void {
    open(updateItem).catch(() => note(texts.failed));
  }

  function show(): void {
    hidden?.show().catch(() => {}); // It was closed meanwhile.
    setHidden(undefined);
  }

  return (
    <main>
      <div class="controls">
        <h1>{texts.title}</h1>
        <p>{texts.intro}</p>
        <Choice
          legend={SCENARIO_TEXTS[language].legend}
          value={scenario}
          options={SCENARIOS}
          labelOf={({ name }) => SCENARIO_TEXTS[language].names[name]}
          onChange={setScenario}
        />
        <Choice
          legend={texts.language}
          value={language}
          options={["pt", "en"] as Language[]}
          labelOf={(one) => (one === "pt" ? "Português" : "English")}
          onChange={setLanguage}
        />
        <Choice
          legend={texts.theme}
          value={theme}
          options={["light", "dark"] as Theme[]}
          labelOf={(one) => texts.themes[one]}
          onChange={setTheme}
        />
        <label class="check">
          <input type="checkbox" checked={isBackgroundAllowed} onChange={({ currentTarget }) => allowBackground(currentTarget.checked)} />
          {texts.background}
        </label>
        <div class="actions">
          <Button onClick={() => start()}>{texts.connect}</Button>
          {itemId !== undefined && (
            <Button kind="secondary" onClick={() => start(itemId)}>
              {texts.update}
            </Button>
          )}
          {hidden && (
            <Button kind="secondary" onClick={show}>
              {texts.show}
            </Button>
          )}
        </div>
      </div>
      <section class="callbacks" aria-label={texts.callbacks}>
        <h2>{texts.callbacks}</h2>
        {callbacks.length === 0 && <p class="hint">{texts.none}</p>}
        <ol>
          {callbacks.map(({ at, name, detail }) => (
            <li>
              <time dateTime={at.toISOString()}>{texts.timeOf(at)}</time> <strong>{name}</strong> <span>{detail}</span>
            </li>
          ))}
        </ol>
        {itemId !== undefined && (
          <p class="hint">
            {texts.item}: <code>{itemId}</code>
          </p>
        )}
      </section>
    </main>
  );
}

interface ChoiceProps<Option> {
  legend: string;
  value: Option | undefined;
  options: Option[];
  labelOf: (option: Option) => string;
  onChange: (option: Option) => void;
}

function Choice<Option>({ legend, value, options, labelOf, onChange }: ChoiceProps<Option>) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={labelOf(option)} class="option">
          <input type="radio" name={legend} checked={option === value} onChange={() => onChange(option)} />
          <span>{labelOf(option)}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Returns further options of the SDK from the page's address: `/demo?options={"connectorIds":[2]}`. */
function otherOptions(): Partial<PluggyConnectProps> {
  return JSON.parse(new URLSearchParams(location.search).get("options") ?? "{}");
}

async function connectToken(itemId: string | undefined): Promise<Token> {
  const response = await fetch("/demo/connect-token", { method: "POST", body: JSON.stringify(itemId === undefined ? {} : { itemId }) });
  if (!response.ok) throw new Error(`the sandbox answered ${response.status}`);
  return response.json();
}

async function put(path: string, body: unknown): Promise<void> {
  await fetch(path, { method: "PUT", body: JSON.stringify(body) });
}

render(<Demo />, document.body);
