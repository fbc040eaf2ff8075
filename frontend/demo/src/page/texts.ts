import type { Language } from "@pluggy-lambda/client";

import type { Lane, MarkKind, Verdict } from "./timeline.ts";

const clock = (locale: string) => (date: Date) =>
  date.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/** Status and execution status are the same while the user's input is awaited. */
const withoutRepetition = (statuses: string): string => [...new Set(statuses.split("/"))].join("/");

const pt = {
  title: "Pluggy on Lambda",
  lead: "O que a pessoa vê, e o que realmente aconteceu.",
  api: "Referência da API (em inglês)",
  standIn: "O banco e o interior do widget são simulados, nesta máquina. Projeto sem vínculo com a Pluggy.",
  playback:
    "Demonstração gravada: as respostas foram gravadas com bancos e widget simulados, e nada aqui chega a um servidor. Projeto sem vínculo com a Pluggy.",
  language: "Idioma",
  theme: "Tema",
  themes: { light: "Claro", dark: "Escuro" },
  app: "O aplicativo, como a pessoa o vê",
  closeTab: "Fechar a aba",
  reopen: "Reabrir a aba",
  pass: "Avançar 30 minutos",
  tabClosed: "A aba foi fechada",
  tabClosedHint: "Nenhum callback pode chegar aqui. A Pluggy e o seu backend continuam.",
  status: "O que a API responde",
  choose: "Conexão",
  nothing: "Entre no aplicativo e conecte um banco.",
  notYet: "O backend ainda não sabe de uma conexão.",
  newOne: "Nova conexão",
  row: "A linha na tabela",
  support: "O que o suporte vê",
  supportFailed: "A função inspect não respondeu. O log dela tem o motivo.",
  timeline: "O que realmente aconteceu",
  lanes: { browser: "Navegador", pluggy: "Pluggy", backend: "Seu backend" } satisfies Record<Lane, string>,
  firstSteps: [
    "Escolha o que acontece no banco.",
    "Entre no aplicativo e conecte um banco.",
    "Feche a aba no meio: o que ainda chega aparece aqui.",
  ],
  fromTo: (from: string, to: string) => `${from} para ${to}`,
  timeOf: clock("pt-BR"),
  until: (date: Date) => `até ${clock("pt-BR")(date)}`,
  kinds: {
    callback: "callback",
    webhook: "webhook",
    fetch: "consulta à Pluggy",
    bus: "evento no bus",
    missing: "nunca chegou",
    row: "linha da tabela",
    request: "requisição do app",
    closed: "aba",
    reopened: "aba",
    passed: "tempo",
  } satisfies Record<MarkKind, string>,
  marks: {
    closed: () => "aba fechada",
    reopened: () => "aba aberta de novo",
    passed: () => "30 minutos depois",
    row: (name: string) => (name === "placeholder" ? "linha nova" : `linha: ${withoutRepetition(name)}`),
    missing: (name: string) => `${name} nunca chegou`,
  } as Partial<Record<MarkKind, (name: string) => string>>,
  verdicts: {
    none: "Nada aconteceu ainda.",
    refused: "O backend não entregou um connect token: o widget não abriu.",
    left: "O widget fechou antes do login.",
    running: "Em andamento: os callbacks e os webhooks chegam abaixo.",
    closed: "A aba foi fechada: nenhum callback pode chegar. A Pluggy continua, e o seu backend espera pelo webhook.",
    "missing-success": "onSuccess nunca chegou. A verdade chegou por webhook.",
    "missing-error": "onError nunca chegou. A verdade chegou por webhook.",
    confirmed: "onSuccess chegou, e o webhook confirmou.",
    failed: "onError chegou, e o backend sabe o que fazer agora.",
  } satisfies Record<Verdict, string>,
  noServer: "O servidor desta página não responde. Execute make up.",
  failed: "O sandbox não responde. Execute make up.",
};

export type PageTexts = typeof pt;

const en: PageTexts = {
  title: "Pluggy on Lambda",
  lead: "What the user sees, and what really happened.",
  api: "API reference",
  standIn: "The bank and the inside of the widget are stand-ins, on this machine. Not affiliated with Pluggy.",
  playback:
    "This is a playback: the responses were recorded with a stand-in for banks and widget, and nothing here reaches a server. Not affiliated with Pluggy.",
  language: "Language",
  theme: "Theme",
  themes: { light: "Light", dark: "Dark" },
  app: "The app, as its user sees it",
  closeTab: "Close the tab",
  reopen: "Open the tab again",
  pass: "Let 30 minutes pass",
  tabClosed: "The tab is closed",
  tabClosedHint: "No callback can come here. Pluggy and your backend go on.",
  status: "What the API answers",
  choose: "Connection",
  nothing: "Sign in to the app and connect a bank.",
  notYet: "The backend knows of no connection yet.",
  newOne: "New connection",
  row: "The row in the table",
  support: "What support sees",
  supportFailed: "The function inspect did not answer. Its log has the reason.",
  timeline: "What really happened",
  lanes: { browser: "Browser", pluggy: "Pluggy", backend: "Your backend" },
  firstSteps: [
    "Choose what happens at the bank.",
    "Sign in to the app and connect a bank.",
    "Close the tab in the middle: what still arrives appears here.",
  ],
  fromTo: (from, to) => `${from} to ${to}`,
  timeOf: clock("en"),
  until: (date) => `until ${clock("en")(date)}`,
  kinds: {
    callback: "callback",
    webhook: "webhook",
    fetch: "fetch from Pluggy",
    bus: "bus event",
    missing: "never came",
    row: "table row",
    request: "app request",
    closed: "tab",
    reopened: "tab",
    passed: "time",
  },
  marks: {
    closed: () => "tab closed",
    reopened: () => "tab opened again",
    passed: () => "30 minutes later",
    row: (name) => (name === "placeholder" ? "new row" : `row: ${withoutRepetition(name)}`),
    missing: (name) => `${name} never came`,
  },
  verdicts: {
    none: "Nothing has happened yet.",
    refused: "The backend gave no connect token: the widget did not open.",
    left: "The widget closed before a login.",
    running: "In progress: callbacks and webhooks arrive below.",
    closed: "The tab is closed: no callback can come. Pluggy goes on, and your backend waits for the webhook.",
    "missing-success": "onSuccess never came. The truth came by webhook.",
    "missing-error": "onError never came. The truth came by webhook.",
    confirmed: "onSuccess came, and the webhook confirmed it.",
    failed: "onError came, and the backend knows what to do next.",
  },
  noServer: "The server of this page does not respond. Run make up.",
  failed: "The sandbox does not respond. Run make up.",
};

export const PAGE_TEXTS: Record<Language, PageTexts> = { pt, en };
