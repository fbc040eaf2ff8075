import createClient from "openapi-fetch";
import type { components, paths } from "./api";

export type Item = components["schemas"]["Item"];
export type TokenRequest = components["schemas"]["ConnectTokenRequest"];
export type ConnectApi = ReturnType<typeof connectApi>;

/** `userToken` gives a valid access token of the signed-in user, renewed if need be. */
export function connectApi(baseUrl: string, userToken: () => Promise<string>) {
  const api = createClient<paths>({ baseUrl });
  api.use({
    async onRequest({ request }) {
      request.headers.set("authorization", `Bearer ${await userToken()}`);
      return request;
    },
  });
  return api;
}

/** A new token for the widget, with the options that the deployment wants it opened with. */
export async function widgetOptions(api: ConnectApi, wanted: TokenRequest = {}) {
  const { data, error, response } = await api.POST("/connect-token", { body: wanted });
  if (!data) throw new ApiError(response, error);
  return { connectToken: data.accessToken, ...data.connect };
}

/** A refusal: a problem document of the API, or the smaller answer of the gateway in front of it. */
export class ApiError extends Error {
  readonly status: number;
  /** What kind of problem it is; only the API says so, not the gateway. */
  readonly type: string | undefined;
  /** For support: the log has the reason under this id. */
  readonly requestId: string | undefined;
  /** Seconds after which to try again. */
  readonly retryAfter: number | undefined;

  constructor(response: Response, body: unknown) {
    super(text(body, "title") ?? text(body, "message") ?? `HTTP ${response.status}`);
    this.status = response.status;
    this.type = text(body, "type");
    this.requestId = text(body, "requestId");
    this.retryAfter = retryAfter(response);
  }
}

export function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
}

function text(body: unknown, member: string): string | undefined {
  const value = typeof body === "object" && body !== null ? Reflect.get(body, member) : undefined;
  return typeof value === "string" ? value : undefined;
}
