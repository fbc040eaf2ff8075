import type { paths } from "./api.gen.ts";
import { ApiError, isApiError } from "./errors.ts";
import { isObject, text } from "./json.ts";
import { retryAfterOf } from "./retry-after.ts";

export interface HttpOptions {
  /** The stack's output `ApiUrl`, or a path of your own origin, if your backend passes the requests on. */
  baseUrl: string;
  /**
   * Returns a valid access token of the signed-in user. It is called for each request; with `renew` the API refused
   * the last token, so return a new one. Leave it out if your backend passes the requests on and knows the user by a
   * session.
   */
  userToken?: (options: { renew: boolean }) => string | Promise<string>;
  /** The language of `nextAction.message`; by default the browser's. Native apps should set it. */
  language?: Language | (() => Language);
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
}

/** The languages of the API's messages. */
export type Language = "pt" | "en";

type Method = "get" | "post" | "delete";

interface RequestOptions<Body> {
  itemId?: string;
  query?: Record<string, string | number | undefined>;
  body?: Body;
  etag?: string | undefined;
  signal?: AbortSignal;
  keepalive?: boolean;
}

/** A response that is no refusal. */
export interface Answer<Data> {
  /** Undefined where the status has no body, such as 304. */
  data: Data;
  etag: string | undefined;
  retryAfter: number | undefined;
}

type DataOf<Operation> = Operation extends { responses: { 200: { content: { "application/json": infer Data } } } }
  ? Operation extends { responses: { 304: unknown } }
    ? Data | undefined
    : Data
  : undefined;
type BodyOf<Operation> = Operation extends { requestBody?: { content: { "application/json": infer Body } } }
  ? Body
  : never;

/** Sends a request of the OpenAPI document. Rejects with an `ApiError`, and with nothing else. */
export type Send = <Path extends keyof paths, M extends Method>(
  method: M,
  path: Path,
  options?: RequestOptions<BodyOf<paths[Path][M]>>,
) => Promise<Answer<DataOf<paths[Path][M]>>>;

/** The gateway in front of the API answers within 30 seconds, so nothing comes after that. */
const TIMEOUT_MS = 30_000;

export function createSend({ baseUrl, userToken, language, fetch: ownFetch }: HttpOptions): Send {
  if (!/^(https?:\/\/|\/)/.test(baseUrl))
    throw new TypeError("baseUrl must be an http or https URL, or begin with a slash");
  const base = baseUrl.replace(/\/+$/, "");

  async function token(renew: boolean): Promise<string | undefined> {
    try {
      return await userToken?.({ renew });
    } catch (cause) {
      throw new ApiError("user-token", "userToken failed", { cause });
    }
  }

  async function attempt(url: string, init: RequestInit, renew: boolean): Promise<Response> {
    const headers = new Headers(init.headers);
    const userTokenText = await token(renew);
    if (userTokenText !== undefined) headers.set("authorization", `Bearer ${userTokenText}`);
    return network(() => (ownFetch ?? fetch)(url, { ...init, headers }));
  }

  async function exchange(url: string, init: RequestInit): Promise<Answer<unknown>> {
    let response = await attempt(url, init, false);
    if (response.status === 401 && userToken) response = await attempt(url, init, true);
    const data = json(await network(() => response.text()));
    if (!response.ok && response.status !== 304) throw refusal(response, data);
    // A hotel's sign-in page may answer in place of the API.
    if (response.status === 200 && !isObject(data)) throw new ApiError("network", "The response is not from the API");
    return { data, etag: response.headers.get("etag") ?? undefined, retryAfter: retryAfterOf(response.headers) };
  }

  return async (method, path, options = {}) => {
    const answer = await timed(options.signal, (signal) => {
      const headers: Record<string, string> = {};
      const spoken = typeof language === "function" ? language() : language;
      if (spoken) headers["accept-language"] = spoken;
      if (options.etag) headers["if-none-match"] = options.etag;
      if (options.body !== undefined) headers["content-type"] = "application/json";
      const body = options.body === undefined ? null : JSON.stringify(options.body);
      const url = base + path.replace("{itemId}", encodeURIComponent(options.itemId ?? "")) + search(options.query);
      return exchange(url, {
        method: method.toUpperCase(),
        headers,
        body,
        signal,
        keepalive: options.keepalive ?? false,
      });
    });
    return answer as Answer<never>;
  };
}

/** Runs a task until it ends, the time is up, or the caller leaves. The task need not know of the signal. */
function timed<T>(left: AbortSignal | undefined, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const end = (settle: () => void) => {
      clearTimeout(timer);
      left?.removeEventListener("abort", leave);
      settle();
    };
    const giveUp = (error: ApiError) => {
      end(() => reject(error));
      controller.abort();
    };
    const leave = () => giveUp(new ApiError("network", "The request was given up"));
    const timer = setTimeout(() => giveUp(new ApiError("timeout", "The API did not respond in time")), TIMEOUT_MS);
    left?.addEventListener("abort", leave);
    // The task begins in the promise, so that whatever it throws is a rejection.
    Promise.resolve(controller.signal)
      .then(task)
      .then(
        (value) => end(() => resolve(value)),
        (cause: unknown) => end(() => reject(isApiError(cause) ? cause : unreachable(cause))),
      );
  });
}

async function network<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw unreachable(cause);
  }
}

function unreachable(cause: unknown): ApiError {
  return new ApiError("network", "The API cannot be reached", { cause });
}

/** A problem document of the API, or the smaller body of the gateway in front of it. */
function refusal(response: Response, body: unknown): ApiError {
  const message = text(body, "title") ?? text(body, "message") ?? `HTTP ${response.status}`;
  return new ApiError("http", message, { response, body });
}

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function search(query: RequestOptions<never>["query"]): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  const text = pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
  return text && `?${text}`;
}
