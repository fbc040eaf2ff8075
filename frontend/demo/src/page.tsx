// The page of `make up`: an app in a phone, and what really happened beside it.
import {
  type ConnectTokenRequest,
  createPluggyClient,
  type Language,
  PluggyProvider,
  useConnections,
} from "@pluggy-lambda/react";
import { StrictMode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";

import { type Scenario, SCENARIOS } from "../../../sandbox/widget/src/scenarios.ts";
import { SCENARIO_TEXTS } from "../../../sandbox/widget/src/texts/scenarios.ts";
import { type FromApp, listen, type ToApp } from "./messages.ts";
import { Choice } from "./page/choice.tsx";
import { useFeed } from "./page/feed.ts";
import { Status } from "./page/status.tsx";
import { PAGE_TEXTS, type PageTexts } from "./page/texts.ts";
import { type Attempt, type BrowserEntry, marksOf, verdictOf, withEntry, withItem } from "./page/timeline.ts";
import { Timeline } from "./page/timeline-view.tsx";
import { applyLook, type Config, fetchConfig, tokensOf, type Look, passTime, setPrefill } from "./server.ts";

const query = new URLSearchParams(location.search);
const isDark = query.get("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
const FIRST_LANGUAGE: Language = (query.get("language") ?? navigator.language).startsWith("pt") ? "pt" : "en";
const FIRST_LOOK: Look = { language: FIRST_LANGUAGE, theme: isDark === "dark" ? "dark" : "light" };
const LANGUAGES: Language[] = ["pt", "en"];
const THEMES: Look["theme"][] = ["light", "dark"];

function Page({ config }: { config: Config }) {
  const [look, setLook] = useState(FIRST_LOOK);
  const [scenario, setScenario] = useState<Scenario>(SCENARIOS[0]!);
  const [user, setUser] = useState<string>();
  const [attempts, setAttempts] = useState<Attempt[]>([]);
  const [isClosed, setClosed] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  // The scenario whose login the widget's form begins with.
  const [prefilled, setPrefilled] = useState<string>();
  // Opened as soon as the app in the phone is there.
  const [waiting, setWaiting] = useState<ConnectTokenRequest>();
  const frame = useRef<HTMLIFrameElement>(null);
  const texts = PAGE_TEXTS[look.language];

  const note = useCallback((entry: BrowserEntry) => setAttempts((attempts) => withEntry(attempts, entry)), []);
  const send = useCallback((message: ToApp) => frame.current?.contentWindow?.postMessage(message, location.origin), []);
  const ask = useCallback(
    (request: Promise<Response>): Promise<void> =>
      request.then(
        ({ ok }) => setFailed(!ok),
        () => setFailed(true),
      ),
    [],
  );

  useEffect(() => applyLook(look), [look]);
  useEffect(() => void ask(setPrefill(scenario.values)).then(() => setPrefilled(scenario.name)), [ask, scenario]);
  useEffect(() => send({ type: "look", look, connectorId: scenario.connectorId }), [send, look, scenario]);
  useEffect(
    () =>
      listen<FromApp>(
        () => frame.current?.contentWindow,
        (message) => {
          switch (message.type) {
            case "user":
              if (message.user !== user) setAttempts([]);
              return setUser(message.user);
            case "opened":
              send({ type: "look", look, connectorId: scenario.connectorId });
              if (waiting) send({ type: "open", request: waiting });
              return setWaiting(undefined);
            case "widget":
              // The widget fills the phone, and the frame cannot scroll the page.
              return message.isOpen && frame.current?.scrollIntoView({ block: "nearest" });
            case "callback":
              return note({ kind: "callback", at: message.at, event: message.event });
            case "request":
              return note({ ...message, kind: "request" });
          }
        },
      ),
    [send, note, look, scenario, user, waiting],
  );

  function close(): void {
    setClosed(true);
    note({ kind: "closed", at: Date.now() });
  }

  function reopen(request?: ConnectTokenRequest): void {
    setWaiting(request);
    setClosed(false);
    note({ kind: "reopened", at: Date.now() });
  }

  function pass(): void {
    void ask(passTime());
    note({ kind: "passed", at: Date.now() });
  }

  const src = useMemo(() => {
    const { language, theme } = look;
    const { connectorId } = scenario;
    const asked = { language, theme, connector: String(connectorId), ...(user && { user }) };
    const widget = query.get("widget");
    return `app.html?${new URLSearchParams({ ...asked, ...(widget && { widget }) })}`;
    // Only a new tab loads the address: later changes are posted to the app.
  }, [isClosed]);

  return (
    <>
      <header className="top">
        <div>
          <h1>{texts.title}</h1>
          <p>
            {texts.lead} <a href="api.html">{texts.api}</a>
          </p>
        </div>
        <div className="settings">
          <Choice
            legend={texts.language}
            value={look.language}
            options={LANGUAGES}
            labelOf={(one) => (one === "pt" ? "Português" : "English")}
            onChange={(language) => setLook({ ...look, language })}
          />
          <Choice
            legend={texts.theme}
            value={look.theme}
            options={THEMES}
            labelOf={(one) => texts.themes[one]}
            onChange={(theme) => setLook({ ...look, theme })}
          />
        </div>
        <p className="stand-in">{config.isPlayback ? texts.playback : texts.standIn}</p>
      </header>
      <main className="columns">
        <div className="left">
          <Choice
            legend={SCENARIO_TEXTS[look.language].legend}
            className="scenarios"
            isBusy={prefilled !== scenario.name}
            value={scenario.name}
            options={SCENARIOS.map(({ name }) => name)}
            labelOf={(name) => SCENARIO_TEXTS[look.language].names[name]}
            onChange={(name) => setScenario(SCENARIOS.find((one) => one.name === name)!)}
          />
          <div className="acts">
            <button type="button" className="secondary" onClick={isClosed ? () => reopen() : close}>
              {isClosed ? texts.reopen : texts.closeTab}
            </button>
            <button type="button" className="secondary" onClick={pass}>
              {texts.pass}
            </button>
          </div>
          {hasFailed && <p role="alert">{texts.failed}</p>}
          <div className="phone" data-closed={isClosed}>
            {isClosed ? (
              <div className="no-tab">
                <p role="status">{texts.tabClosed}</p>
                <p className="muted">{texts.tabClosedHint}</p>
                <button type="button" className="primary" onClick={() => reopen()}>
                  {texts.reopen}
                </button>
              </div>
            ) : (
              <iframe ref={frame} src={src} title={texts.app} />
            )}
          </div>
        </div>
        <div className="right">
          <Truth
            key={user ?? ""}
            config={config}
            user={user}
            look={look}
            texts={texts}
            attempts={attempts}
            onOpen={(request) => (isClosed ? reopen(request) : send({ type: "open", request }))}
          />
        </div>
      </main>
    </>
  );
}

interface TruthProps {
  config: Config;
  user: string | undefined;
  look: Look;
  texts: PageTexts;
  attempts: Attempt[];
  onOpen: (request: ConnectTokenRequest) => void;
}

/** What the backend knows of a user, whether or not the app is open. */
function Truth(props: TruthProps) {
  const { user, config, look, texts } = props;
  const language = useRef(look.language);
  const client = useMemo(() => {
    if (user === undefined) return undefined;
    return createPluggyClient({ baseUrl: config.apiUrl, language: () => language.current, userToken: tokensOf(user) });
  }, [user, config]);
  useEffect(() => {
    language.current = look.language;
    client?.refresh();
  }, [client, look.language]);
  if (!client)
    return (
      <>
        <Status
          texts={texts}
          language={look.language}
          isSignedIn={false}
          items={[]}
          item={undefined}
          row={undefined}
          onChoose={() => {}}
          onOpen={() => {}}
        />
        <Timeline texts={texts} marks={[]} verdict="none" />
      </>
    );
  return (
    <PluggyProvider client={client}>
      <TruthOfUser {...props} refresh={client.refresh} />
    </PluggyProvider>
  );
}

function TruthOfUser({ user, config, look, texts, onOpen, refresh, ...props }: TruthProps & { refresh: () => void }) {
  const { items } = useConnections();
  const attempts = withItem(props.attempts, items);
  const { entries, rows } = useFeed(user);
  const [chosen, setChosen] = useState<string>();
  const attempt = attempts.at(-1);

  // The connection that is being made, or the chosen one, or the newest.
  useEffect(() => setChosen(undefined), [attempt?.start]);
  const isNew = attempt !== undefined && attempt.itemId === undefined;
  const itemId = chosen ?? (attempt ? attempt.itemId : items[0]?.itemId);
  const item = items.find((one) => one.itemId === itemId);
  // There is news: no need to wait for the next poll.
  useEffect(() => refresh(), [refresh, entries.length]);

  const last = attempts.findLast((one) => one.itemId === itemId);
  const verdict = verdictOf(isNew && !chosen ? attempt : last, item);
  return (
    <>
      <Status
        texts={texts}
        language={look.language}
        isSignedIn
        items={items}
        item={item}
        row={itemId === undefined ? undefined : rows[itemId]}
        supportTheme={config.isPlayback ? undefined : look.theme}
        onChoose={setChosen}
        onOpen={onOpen}
      />
      <Timeline texts={texts} marks={marksOf(attempts, entries, itemId, verdict)} verdict={verdict} />
    </>
  );
}

applyLook(FIRST_LOOK);
const root = createRoot(document.getElementById("root")!);
fetchConfig().then(
  (config) =>
    root.render(
      <StrictMode>
        <Page config={config} />
      </StrictMode>,
    ),
  () =>
    root.render(
      <p className="fatal" role="alert">
        {PAGE_TEXTS[FIRST_LANGUAGE].noServer}
      </p>,
    ),
);
