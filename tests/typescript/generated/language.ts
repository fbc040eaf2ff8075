import type { ConnectApi } from "./connect-api";

export function speak(api: ConnectApi, language: () => "pt-BR" | "en"): void {
  api.use({
    onRequest({ request }) {
      request.headers.set("accept-language", language());
      return request;
    },
  });
}
