import type { PluggyConnectProps } from "pluggy-connect-sdk/dist/module/pluggy-connect";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { connectTo } from "./api.ts";
import type { Host } from "./host.ts";
import { Broken, Done, Failed } from "./screens/end.tsx";
import { Login } from "./screens/login.tsx";
import { Banks, Consent } from "./screens/start.tsx";
import { BankLogin, Device, Prompt, QrLogin, Working } from "./screens/waiting.tsx";
import type { Screen } from "./screen.ts";
import { createSession, type Session } from "./session.ts";
import type { Language, Texts } from "./texts.ts";

interface AppProps {
  props: PluggyConnectProps;
  host: Host;
  language: Language;
  texts: Texts;
}

/** The widget: a header that says what it is, and one screen. */
export function App({ props, host, language, texts }: AppProps) {
  const [screen, setScreen] = useState<Screen>({ name: "loading" });
  const session = useMemo(() => createSession(connectTo(props.connectToken), host, props, setScreen), []);
  const body = useRef<HTMLElement>(null);

  useEffect(session.start, []);
  // A new screen is read out from its heading, and begins at its top.
  useEffect(() => {
    body.current?.querySelector<HTMLElement>("h1")?.focus();
    body.current?.scrollTo(0, 0);
  }, [screen.name]);
  // The SDK closes the widget on Escape in the app's page only.
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape") host.close();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  const back = backOf(screen, session, props);
  return (
    <>
      <header>
        <HeaderButton label={texts.back} path="M15 5l-7 7 7 7" onClick={back} />
        <p class="stand-in">{texts.standIn}</p>
        <HeaderButton label={texts.close} path="M6 6l12 12M18 6L6 18" onClick={host.close} />
      </header>
      <main ref={body} data-screen={screen.name}>
        <Content screen={screen} session={session} props={props} host={host} texts={texts} language={language} />
      </main>
    </>
  );
}

function HeaderButton({ label, path, onClick }: { label: string; path: string; onClick: (() => void) | undefined }) {
  if (!onClick) return <span class="icon" />;
  return (
    <button type="button" class="icon" aria-label={label} onClick={onClick}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  );
}

function backOf(screen: Screen, session: Session, props: PluggyConnectProps): (() => void) | undefined {
  if (screen.name === "banks") return session.showConsent;
  return screen.name === "login" && props.updateItem === undefined ? session.showBanks : undefined;
}

interface ContentProps extends AppProps {
  screen: Screen;
  session: Session;
}

function Content({ screen, session, props, host, texts, language }: ContentProps) {
  const onClose = host.close;
  const isUpdate = props.updateItem !== undefined;
  switch (screen.name) {
    case "loading":
      return (
        <p class="loading" role="status">
          {texts.loading}
        </p>
      );
    case "consent":
      return <Consent session={session} texts={texts} />;
    case "banks":
      return <Banks session={session} texts={texts} banks={screen.banks} />;
    case "login":
      return <Login session={session} texts={texts} screen={screen} />;
    case "working":
      return (
        <Working
          texts={texts}
          screen={screen}
          isUpdate={isUpdate}
          onBackground={props.allowConnectInBackground ? host.hide : undefined}
        />
      );
    case "prompt":
      return <Prompt session={session} texts={texts} item={screen.item} parameter={screen.parameter} />;
    case "bank-login":
      return <BankLogin texts={texts} screen={screen} look={{ language, theme: props.theme ?? "light" }} />;
    case "qr":
      return <QrLogin texts={texts} item={screen.item} />;
    case "device":
      return <Device texts={texts} item={screen.item} onClose={onClose} />;
    case "done":
      return <Done texts={texts} item={screen.item} onClose={onClose} />;
    case "failed":
      return <Failed texts={texts} item={screen.item} onClose={onClose} session={session} isUpdate={isUpdate} />;
    case "broken":
      return <Broken texts={texts} screen={screen} onClose={onClose} />;
  }
}
