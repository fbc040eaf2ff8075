// The playback: it answers each request of the page, of the app and of the widget with a recorded response.
import type { ConnectTokenRequest, Language } from "@pluggy-lambda/client";

import type { Values } from "../../../../sandbox/widget/src/scenarios.ts";
import type { Rows } from "../page/feed.ts";
import type { ServerEntry } from "../page/timeline.ts";
import type { Config } from "../server.ts";
import type { Act, Recordings } from "./recording.ts";
import { begin, changesOf, entriesOf, itemOf, pluggyItemOf, responseTo, rowOf, type Run } from "./run.ts";

export interface PlayedRequest {
  method: string;
  /** Without the origin. */
  path: string;
  /** Of the page that sends it. */
  language: Language;
  authorization: string | null;
  apiKey: string | null;
  body: string;
}

export interface PlayedResponse {
  status: number;
  body?: unknown;
}

export interface News {
  entries: ServerEntry[];
  rows: Rows;
}

export interface Player {
  respond: (request: PlayedRequest) => PlayedResponse;
  /** Returns all entries of a user so far, and the rows. */
  newsOf: (user: string) => News;
}

const NOT_RECORDED: Record<Language, string> = {
  pt: "Esta demonstração gravada não tem esse caso. Escolha um dos casos da página.",
  en: "This playback has no recording of that. Choose one of the page's cases.",
};

export function createPlayer(recordings: Recordings, config: Config, now: () => number, newId: () => string): Player {
  const runs: Run[] = [];
  let prefill: Values = {};
  /** The user for whom each connect token was made. */
  const users: string[] = [];

  const changes = (run: Run) => changesOf(run, now());
  const runOf = (itemId: string) => runs.find((run) => run.itemId === itemId);

  function respond(request: PlayedRequest): PlayedResponse {
    const { method, path } = request;
    const [, first = "", second = "", third = ""] = path.split("/");
    const body = request.body ? JSON.parse(request.body) : {};
    switch (`${method} /${first}`) {
      case "GET /config.json":
        return { status: 200, body: config };
      case "POST /token":
        return { status: 200, body: { token: body.user } };
      case "POST /prefill":
        prefill = body.values;
        return { status: 200, body: {} };
      case "POST /pass":
        runs.forEach((run) => begin(run, { kind: "pass" }, now()));
        return { status: 200, body: {} };
      case `${method} /api`:
        return respondAsApi(request, second, third);
      case "GET /connectors":
        return { status: 200, body: recordings.banks };
      case "GET /sandbox":
        return { status: 200, body: prefill };
      case "POST /sandbox":
        return continued(third, body.granted ? { kind: "authorize" } : undefined, request.language);
      case "POST /items":
        return second
          ? continued(second, { kind: "answer", values: body }, request.language)
          : loggedIn(request, { kind: "login", connectorId: body.connectorId, values: body.parameters });
      case "PATCH /items":
        return continued(
          second,
          { kind: "update", ...(body.parameters && { values: body.parameters }) },
          request.language,
        );
      case "GET /items": {
        const run = runOf(second);
        return found(run && pluggyItemOf(changes(run)));
      }
      default:
        return { status: 404, body: { message: `${method} ${path}` } };
    }
  }

  function respondAsApi(request: PlayedRequest, resource: string, itemId: string): PlayedResponse {
    const { method, language } = request;
    const user = request.authorization?.replace("Bearer ", "") ?? "";
    const run = runOf(itemId);
    switch (`${method} ${resource}`) {
      case "POST connect-token":
        return connectToken(user, JSON.parse(request.body || "{}"));
      case "POST connect-events":
        return { status: 202, body: {} };
      case "DELETE items":
        if (run) run.isDeleted = true;
        return { status: 204 };
      default: {
        const own = runs.filter((one) => one.user === user && !one.isDeleted).reverse();
        const items = own.flatMap((one) => itemOf(changes(one), language) ?? []);
        if (!itemId) return { status: 200, body: { items, nextCursor: null } };
        return found(items.find((item) => item.itemId === itemId));
      }
    }
  }

  function connectToken(user: string, { itemId, ...asked }: ConnectTokenRequest): PlayedResponse {
    const updated = itemId ? { updateItem: itemId } : {};
    if (itemId && !runOf(itemId)?.recording.steps.some(({ act }) => act.kind === "update"))
      return { status: 409, body: { type: "urn:pluggy-lambda:problem:item-not-updatable", title: "Not recorded" } };
    const accessToken = `${users.push(user) - 1}`;
    return { status: 200, body: { accessToken, connect: { ...recordings.connect, ...asked, ...updated } } };
  }

  /** Creates a connection, if a scenario has this login. */
  function loggedIn({ apiKey, language }: PlayedRequest, act: Act): PlayedResponse {
    const user = users[Number(apiKey)];
    for (const recording of Object.values(recordings.scenarios)) {
      const run: Run = { user: user ?? "", itemId: newId(), recording, begun: [], isDeleted: false };
      if (user !== undefined && begin(run, act, now())) {
        runs.push(run);
        return { status: 200, body: responseTo(run, now()) };
      }
    }
    return notRecorded(language);
  }

  function continued(itemId: string, act: Act | undefined, language: Language): PlayedResponse {
    const run = runOf(itemId);
    if (!run || !act || !begin(run, act, now())) return notRecorded(language);
    return { status: 200, body: responseTo(run, now()) };
  }

  function newsOf(user: string): News {
    const own = runs.filter((run) => run.user === user).map((run) => ({ run, happened: changes(run) }));
    const entries = own.flatMap(({ happened }) => happened).sort((one, other) => one.at - other.at);
    const rows = own.map(({ run, happened }) => [run.itemId, rowOf(happened)]).filter(([, row]) => row);
    return { entries: entriesOf(entries), rows: Object.fromEntries(rows) };
  }

  return { respond, newsOf };
}

function found(body: unknown): PlayedResponse {
  return body ? { status: 200, body } : { status: 404, body: { title: "Not found" } };
}

function notRecorded(language: Language): PlayedResponse {
  return { status: 400, body: { codeDescription: "NOT_RECORDED", message: NOT_RECORDED[language] } };
}
