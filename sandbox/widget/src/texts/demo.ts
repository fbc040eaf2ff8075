import type { Language } from "../texts.ts";

const en = {
  title: "The sandbox, a stand-in for Pluggy",
  intro:
    "A small app that opens Pluggy's unchanged pluggy-connect-sdk. The widget inside and the banks are stand-ins. Not affiliated with Pluggy.",
  language: "Language",
  theme: "Theme",
  themes: { light: "Light", dark: "Dark" },
  background: "The person may continue in the background",
  connect: "Connect a bank",
  update: "Update the last item",
  show: "Show the hidden widget",
  callbacks: "Callbacks of the widget",
  none: "Nothing yet. Connect a bank.",
  item: "Last item",
  timeOf: (date: Date) => date.toLocaleTimeString("en"),
  failed: "The sandbox gave no connect token. Is it running?",
};

export type DemoTexts = typeof en;

export const DEMO_TEXTS: Record<Language, DemoTexts> = {
  en,
  pt: {
    title: "O sandbox, uma simulação da Pluggy",
    intro:
      "Um pequeno aplicativo que abre o pluggy-connect-sdk da Pluggy, sem mudanças. O widget dentro dele e os bancos são simulados. Sem vínculo com a Pluggy.",
    language: "Idioma",
    theme: "Tema",
    themes: { light: "Claro", dark: "Escuro" },
    background: "A pessoa pode continuar em segundo plano",
    connect: "Conectar um banco",
    update: "Atualizar o último item",
    show: "Mostrar o widget escondido",
    callbacks: "Callbacks do widget",
    none: "Nada ainda. Conecte um banco.",
    item: "Último item",
    timeOf: (date) => date.toLocaleTimeString("pt-BR"),
    failed: "O sandbox não entregou um connect token. Ele está rodando?",
  },
};
