// The app of a company, as its user sees it. It is built on the packages, and knows nothing of the timeline beside it.
import { createPluggyClient, type PluggyClient, PluggyProvider } from "@pluggy-lambda/react";
import { StrictMode, useEffect, useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";

import { setBankAddress } from "./app/bank-page.ts";
import { Connections } from "./app/connections.tsx";
import { SignIn } from "./app/sign-in.tsx";
import { APP_TEXTS } from "./app/texts.ts";
import { listen, sendToPage, type ToApp } from "./messages.ts";
import { setWidgetAddress } from "./sdk.ts";
import { applyLook, type Config, fetchConfig, tokensOf, type Look } from "./server.ts";

const query = new URLSearchParams(location.search);
const FIRST_LOOK: Look = {
  language: query.get("language") === "en" ? "en" : "pt",
  theme: query.get("theme") === "dark" ? "dark" : "light",
};
const FIRST_CONNECTOR = Number(query.get("connector")) || undefined;

function App({ config }: { config: Config }) {
  const asked = query.get("user");
  const [user, setUser] = useState(asked !== null && config.users.includes(asked) ? asked : undefined);
  // Whether somebody has signed in or out here. Until then the focus belongs to the page around the app.
  const [takesFocus, setTakesFocus] = useState(false);
  const [look, setLook] = useState(FIRST_LOOK);
  const [connectorId, setConnectorId] = useState(FIRST_CONNECTOR);
  const texts = APP_TEXTS[look.language];

  useEffect(
    () =>
      listen<ToApp>(
        () => (parent === window ? undefined : parent),
        (message) => {
          if (message.type !== "look") return;
          setLook(message.look);
          setConnectorId(message.connectorId);
        },
      ),
    [],
  );
  useEffect(() => applyLook(look), [look]);
  useEffect(() => sendToPage({ type: "user", user }), [user]);

  const language = useRef(look.language);
  const client = useMemo(
    () => (user === undefined ? undefined : clientOf(user, config, () => language.current)),
    [user, config],
  );
  // An open widget stays open. The messages come in the new language.
  useEffect(() => {
    language.current = look.language;
    client?.refresh();
  }, [client, look.language]);

  function change(next: string | undefined): void {
    setTakesFocus(true);
    setUser(next);
  }

  if (!client || user === undefined)
    return <SignIn texts={texts} users={config.users} takesFocus={takesFocus} onSignIn={change} />;

  return (
    <PluggyProvider client={client}>
      <Connections
        texts={texts}
        look={look}
        user={user}
        connectorId={connectorId}
        takesFocus={takesFocus}
        onSignOut={() => change(undefined)}
      />
    </PluggyProvider>
  );
}

/** One client for one user. */
function clientOf(user: string, { apiUrl }: Config, language: () => Look["language"]): PluggyClient {
  return createPluggyClient({
    baseUrl: apiUrl,
    language,
    userToken: tokensOf(user),
    // As it is, and reported to the timeline.
    async fetch(input, init) {
      const at = Date.now();
      const response = await fetch(input, init);
      const path = new URL(String(input)).pathname;
      sendToPage({ type: "request", at, method: (init?.method ?? "GET").toUpperCase(), path, status: response.status });
      return response;
    },
  });
}

applyLook(FIRST_LOOK);
const root = createRoot(document.getElementById("root")!);
fetchConfig().then(
  (config) => {
    setBankAddress(config.bankUrl);
    setWidgetAddress(query.get("widget") === "default" ? undefined : config.widgetUrl);
    root.render(
      <StrictMode>
        <App config={config} />
      </StrictMode>,
    );
  },
  () =>
    root.render(
      <p className="fatal" role="alert">
        {APP_TEXTS[FIRST_LOOK.language].noServer}
      </p>,
    ),
);
