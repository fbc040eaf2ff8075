// What `make recordings` writes, and the playback responds with.
import type { Item, Language } from "@pluggy-lambda/client";

import type { ScenarioName } from "../../../../sandbox/widget/src/scenarios.ts";
import type { ServerEntry } from "../page/timeline.ts";

/** Everything of one run of the local stack. */
export interface Recordings {
  /** The response of `GET /connectors`. */
  banks: unknown;
  /** `connect` in the response of `POST /connect-token`, without what the request asks for. */
  connect: Record<string, unknown>;
  scenarios: Record<ScenarioName, Recording>;
}

/** One connection, from the login on. */
export interface Recording {
  itemId: string;
  steps: Step[];
}

/** An act of a person, and its outcome. */
export interface Step {
  act: Act;
  /** When it began, in milliseconds. */
  at: number;
  changes: Change[];
}

/** A request that a person causes. The item is that of the recording. */
export type Act =
  | { kind: "login"; connectorId: number; values: Record<string, string> }
  | { kind: "update"; values?: Record<string, string> }
  | { kind: "answer"; values: Record<string, string> }
  | { kind: "authorize" }
  | { kind: "pass" };

/** What changed at a time. */
export interface Change {
  at: number;
  /** The item, as Pluggy's API has it for the widget. */
  pluggyItem?: unknown;
  /** The item, as our API has it, and its message in the other language. */
  item?: Item;
  messages?: Record<Language, string>;
  row?: Record<string, unknown>;
  entries?: ServerEntry[];
}
