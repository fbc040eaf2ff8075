import type { Language, View } from "@pluggy-lambda/client";

/** Returns a time of day, and the day before it unless it is today. */
function moment(locale: string, date: Date, now = new Date()): { day: string | undefined; time: string } {
  const time = date.toLocaleTimeString(locale, { timeStyle: "short" });
  if (date.toDateString() === now.toDateString()) return { day: undefined, time };
  return { day: date.toLocaleDateString(locale, { day: "numeric", month: "long" }), time };
}

/** Returns the time until the next attempt: "in 5 minutes". */
function pause(locale: string, seconds: number): string {
  const format = new Intl.RelativeTimeFormat(locale);
  return seconds < 60 ? format.format(Math.ceil(seconds), "second") : format.format(Math.ceil(seconds / 60), "minute");
}

const pt = {
  brand: "Meu dinheiro",
  welcome: "Suas contas em um só lugar",
  signInAs: "Entre como uma das duas pessoas deste aplicativo de exemplo.",
  enterAs: (name: string) => `Entrar como ${name}`,
  hello: (name: string) => `Olá, ${name}`,
  signOut: "Sair",
  loading: "Carregando",
  empty: "Nenhum banco conectado ainda.",
  emptyHint: "Conecte um banco para trazer suas contas. Você pode desconectar quando quiser.",
  banks: "Seus bancos",
  connect: "Conectar um banco",
  show: "Voltar à conexão",
  update: "Atualizar",
  disconnect: "Desconectar",
  disconnectBank: (bank: string) => `Desconectar ${bank}`,
  askDisconnect: (bank: string) => `Desconectar ${bank}? O aplicativo não recebe mais dados deste banco.`,
  confirmDisconnect: "Sim, desconectar",
  keep: "Manter",
  disconnectLater: "Não é possível desconectar agora. Tente mais tarde.",
  disconnectFailed: "Não foi possível desconectar. Tente novamente.",
  listFailed: "Não foi possível carregar seus bancos.",
  listOutdated: "A lista pode estar desatualizada.",
  listContinues: "Tentaremos de novo em instantes.",
  tryAgain: "Tentar novamente",
  openFailed: "Não foi possível abrir a conexão. Tente novamente.",
  notLoaded: "A janela do banco não carregou. Confira sua rede e tente novamente.",
  noResponse: "O servidor não respondeu. Confira sua rede e tente novamente.",
  limitReached: (seconds: number | undefined) =>
    `Muitas tentativas. Tente novamente ${seconds === undefined ? "mais tarde" : pause("pt-BR", seconds)}.`,
  notUpdatable: "Este banco não pode ser atualizado.",
  noServer: "O servidor desta página não responde. Execute make up.",
  aBank: "Um banco",
  bankSays: "O banco diz:",
  bankAsks: "O banco pede:",
  bankImage: "Imagem do banco",
  attributes: { deviceName: "Dispositivo", deviceNickname: "Apelido", deviceCode: "Código" } as Record<string, string>,
  until: (date: Date) => {
    const { day, time } = moment("pt-BR", date);
    return day === undefined ? `Válido até ${time}.` : `Válido até ${day}, ${time}.`;
  },
  dataOf: (date: Date) => {
    const { day, time } = moment("pt-BR", date);
    return day === undefined ? `Dados das ${time}.` : `Dados de ${day}, ${time}.`;
  },
  tones: { progress: "Em andamento", good: "Conectado", notice: "Atenção", warning: "Sua vez" } satisfies Record<
    View["tone"],
    string
  >,
};

export type AppTexts = typeof pt;

const en: AppTexts = {
  brand: "My money",
  welcome: "Your accounts in one place",
  signInAs: "Sign in as one of the two people of this sample app.",
  enterAs: (name) => `Sign in as ${name}`,
  hello: (name) => `Hello, ${name}`,
  signOut: "Sign out",
  loading: "Loading",
  empty: "No bank connected yet.",
  emptyHint: "Connect a bank to bring your accounts here. You can disconnect it at any time.",
  banks: "Your banks",
  connect: "Connect a bank",
  show: "Back to the connection",
  update: "Update",
  disconnect: "Disconnect",
  disconnectBank: (bank) => `Disconnect ${bank}`,
  askDisconnect: (bank) => `Disconnect ${bank}? The app gets no more data from this bank.`,
  confirmDisconnect: "Yes, disconnect",
  keep: "Keep",
  disconnectLater: "The bank cannot be disconnected now. Try again later.",
  disconnectFailed: "The bank could not be disconnected. Try again.",
  listFailed: "Your banks could not be loaded.",
  listOutdated: "The list may be out of date.",
  listContinues: "We will try again in a moment.",
  tryAgain: "Try again",
  openFailed: "The connection could not be opened. Try again.",
  notLoaded: "The bank's window did not load. Check your network and try again.",
  noResponse: "The server did not respond. Check your network and try again.",
  limitReached: (seconds) => `Too many attempts. Try again ${seconds === undefined ? "later" : pause("en", seconds)}.`,
  notUpdatable: "This bank cannot be updated.",
  noServer: "The server of this page does not respond. Run make up.",
  aBank: "A bank",
  bankSays: "The bank says:",
  bankAsks: "The bank asks for:",
  bankImage: "Image of the bank",
  attributes: { deviceName: "Device", deviceNickname: "Nickname", deviceCode: "Code" },
  until: (date) => {
    const { day, time } = moment("en", date);
    return day === undefined ? `Valid until ${time}.` : `Valid until ${day}, ${time}.`;
  },
  dataOf: (date) => {
    const { day, time } = moment("en", date);
    return day === undefined ? `Data as of ${time}.` : `Data as of ${day}, ${time}.`;
  },
  tones: { progress: "In progress", good: "Connected", notice: "Notice", warning: "Your turn" },
};

export const APP_TEXTS: Record<Language, AppTexts> = { pt, en };
