import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  method: string;
  /** The path with the query. */
  path: string;
  headers: IncomingMessage["headers"];
  body: unknown;
  /** When it came, by the clock of the test. */
  at: number;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  /** JSON, or a text as it is. */
  body?: unknown;
}

/** An HTTP server on a free port, in the API's place. */
export class Api {
  /** Decides what to reply; "hang" never replies, "reset" closes the connection. */
  reply: (received: Received) => Reply | "hang" | "reset" = () => ({ status: 404, body: NOT_FOUND });
  readonly received: Received[] = [];
  readonly #server = createServer((request, response) => void this.#handle(request, response));

  static async start(): Promise<Api> {
    const api = new Api();
    await new Promise<void>((resolve) => api.#server.listen(0, "127.0.0.1", resolve));
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The times of the requests in seconds since the first. */
  seconds(path?: string): number[] {
    const times = this.received.filter((received) => path === undefined || received.path === path).map(({ at }) => at);
    return times.map((at) => (at - (times[0] ?? 0)) / 1000);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const received = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: text && (JSON.parse(text) as unknown),
      at: Date.now(),
    };
    this.received.push(received);
    const reply = this.reply(received);
    if (reply === "reset") request.socket.destroy();
    if (reply === "hang" || reply === "reset") return;
    const { status = 200, headers = {}, body } = reply;
    const payload = typeof body === "string" ? body : (JSON.stringify(body) ?? "");
    const etag = `W/"${createHash("sha256").update(payload).digest("base64url").slice(0, 22)}"`;
    const isCached = received.method === "GET" && status === 200 && request.headers["if-none-match"] === etag;
    if (received.method === "GET" && status === 200) response.setHeader("etag", etag);
    response.writeHead(isCached ? 304 : status, headers);
    response.end(isCached ? undefined : payload);
  }
}

export const NOT_FOUND = { type: "urn:pluggy-lambda:problem:item-not-found", title: "Item not found", status: 404 };
