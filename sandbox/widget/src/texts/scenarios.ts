import type { ScenarioName } from "../scenarios.ts";

/** The names of the scenarios, on every page that offers them. */
export const SCENARIO_TEXTS: Record<"en" | "pt", { legend: string; names: Record<ScenarioName, string> }> = {
  en: {
    legend: "What happens at the bank",
    names: {
      works: "It works",
      mfa: "Asks for a code",
      "wrong-password": "Wrong password",
      device: "Caixa: authorize the device, 30 minutes",
      "open-finance": "Open Finance: login at the bank's page",
      partial: "Partial success",
      "bank-down": "Bank is down",
    },
  },
  pt: {
    legend: "O que acontece no banco",
    names: {
      works: "Dá certo",
      mfa: "Pede um código",
      "wrong-password": "Senha errada",
      device: "Caixa: autorizar o dispositivo, 30 minutos",
      "open-finance": "Open Finance: login na página do banco",
      partial: "Sucesso parcial",
      "bank-down": "Banco fora do ar",
    },
  },
};
