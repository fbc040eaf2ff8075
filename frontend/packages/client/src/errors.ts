import type { components } from "./api.gen.ts";
import { text } from "./json.ts";
import { retryAfterOf } from "./retry-after.ts";

type Schemas = components["schemas"];
type TypeOf<Problem> = Problem extends { type: infer Type extends `urn:${string}` } ? Type : never;

/** The kinds of problems of which the API says more than the status does. */
export type ProblemType = { [Name in keyof Schemas]: TypeOf<Schemas[Name]> }[keyof Schemas];

/** A request to the API that failed. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /**
   * `http`: the API or the gateway in front of it refused. `network`: no response of the API came, or CORS hid it.
   * `timeout`: none came in time. `user-token`: `userToken` failed, so nothing was sent.
   */
  readonly kind: "http" | "network" | "timeout" | "user-token";
  /** The HTTP status, if `kind` is `http`. */
  readonly status: number | undefined;
  /** The kind of problem. The API sends one, the gateway does not. A later version of the API may have more. */
  readonly type: ProblemType | (string & {}) | undefined;
  /** The field or parameter that is wrong, for a 400. */
  readonly field: string | undefined;
  /** Pluggy's code, if the API passes one on. */
  readonly code: string | undefined;
  /** The id under which the deployment's log has the reason, for your support. */
  readonly requestId: string | undefined;
  /** The seconds after which the API accepts the next attempt. */
  readonly retryAfter: number | undefined;

  constructor(kind: ApiError["kind"], message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    const { response, body } = details;
    this.kind = kind;
    this.status = response?.status;
    this.type = text(body, "type");
    this.field = text(body, "field");
    this.code = text(body, "code");
    this.requestId = text(body, "requestId");
    this.retryAfter = response && retryAfterOf(response.headers);
  }
}

interface ErrorDetails {
  response?: Response;
  body?: unknown;
  cause?: unknown;
}

/** The widget failed. A connection that was begun may go on nevertheless. */
export class WidgetError extends Error {
  override readonly name = "WidgetError";
  /** `not-loaded`: it could not be loaded, or not in time. `failed`: it reported a failure of its own. */
  readonly kind: "not-loaded" | "failed";

  constructor(kind: WidgetError["kind"], message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

/**
 * Returns whether a value is an `ApiError`. In contrast to `instanceof`, it knows those of another copy of this
 * package.
 */
export function isApiError(value: unknown): value is ApiError {
  return value instanceof Error && value.name === "ApiError";
}

/** Returns whether a value is a `WidgetError`. */
export function isWidgetError(value: unknown): value is WidgetError {
  return value instanceof Error && value.name === "WidgetError";
}
