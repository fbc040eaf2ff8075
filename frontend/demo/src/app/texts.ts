import type { Language, View } from "@pluggy-lambda/client";

const atPt = (date: Date): string => date.toLocaleTimeString("pt-BR", { hour: "2-digit", minute: "2-digit" });
const atEn = (date: Date): string => date.toLocaleTimeString("en", { hour: "numeric", minute: "2-digit" });

const pt = {
  brand: "Meu dinheiro",
  welcome: "Suas contas em um só lugar",
  signInAs: "Entre como uma das duas pessoas deste aplicativo de exemplo.",
  enterAs: (name: string) => `Entrar como ${name}`,
  hello: (name: string) => `Olá, ${name}`,
  signOut: "Sair",
  loading: "Carregando",
  empty: "Nenhum banco conectado ainda.",
  banks: "Seus bancos",
  connect: "Conectar um banco",
  show: "Voltar à conexão",
  update: "Atualizar",
  disconnect: "Desconectar",
  disconnectBank: (bank: string) => `Desconectar ${bank}`,
  confirmDisconnect: "Sim, desconectar",
  keep: "Manter",
  disconnectLater: "Não é possível desconectar agora. Tente mais tarde.",
  disconnectFailed: "Não foi possível desconectar.",
  listFailed: "Não foi possível atualizar a lista.",
  openFailed: "Não foi possível abrir a conexão. Tente novamente.",
  notUpdatable: "Este banco não pode ser atualizado.",
  noServer: "O servidor desta página não responde. Execute make up.",
  aBank: "Um banco",
  bankSays: "O banco diz:",
  bankImage: "Imagem do banco",
  until: (date: Date) => `Até ${atPt(date)}.`,
  dataOf: (date: Date) => `Dados de ${atPt(date)}.`,
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
  banks: "Your banks",
  connect: "Connect a bank",
  show: "Back to the connection",
  update: "Update",
  disconnect: "Disconnect",
  disconnectBank: (bank) => `Disconnect ${bank}`,
  confirmDisconnect: "Yes, disconnect",
  keep: "Keep",
  disconnectLater: "It cannot be disconnected now. Try again later.",
  disconnectFailed: "It could not be disconnected.",
  listFailed: "The list could not be updated.",
  openFailed: "The connection could not be opened. Try again.",
  notUpdatable: "This bank cannot be updated.",
  noServer: "The server of this page does not respond. Run make up.",
  aBank: "A bank",
  bankSays: "The bank says:",
  bankImage: "Image of the bank",
  until: (date) => `Until ${atEn(date)}.`,
  dataOf: (date) => `Data of ${atEn(date)}.`,
  tones: { progress: "In progress", good: "Connected", notice: "Notice", warning: "Your turn" },
};

export const APP_TEXTS: Record<Language, AppTexts> = { pt, en };
