import { ApiError, isApiError } from "./errors.ts";
import type { Visibility } from "./visibility.ts";

/** The pause where a response does not say how long to wait. */
export const PAUSE_SECONDS = 4;
/** No header makes it shorter. */
const SHORTEST_PAUSE_SECONDS = 1;
/** The pause after repeated failures. */
const LONGEST_PAUSE_SECONDS = 60;

interface PollOptions {
  /** Sends one request. Returns the seconds until the next one, or undefined if the state has settled. */
  ask: (signal: AbortSignal) => Promise<number | undefined>;
  /** Called after a failure. After a final one the poll rests until it is started again or refreshed. */
  onFailure: (error: ApiError, isFinal: boolean) => void;
  visibility: Visibility;
}

/** One request at a time, again and again, while it is started and the app is visible. */
export interface Poll {
  start: () => void;
  stop: () => void;
  /** Asks at once, unless the API wants a pause. */
  refresh: () => void;
}

export function createPoll({ ask, onFailure, visibility }: PollOptions): Poll {
  let leaveVisibility: (() => void) | undefined;
  let running: AbortController | undefined;
  let refreshed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  /** When the next request is due; undefined if nothing is. */
  let dueAt: number | undefined = 0;
  /** Until then the last response is fresh. Only `refresh` asks earlier. */
  let freshUntil = 0;
  /** Until then the API, or a failure, wants a pause. Nothing asks earlier. */
  let blockedUntil = 0;

  function schedule(): void {
    clearTimeout(timer);
    if (!leaveVisibility || running || dueAt === undefined || !visibility.isVisible()) return;
    timer = setTimeout(run, Math.max(dueAt - Date.now(), 0));
  }

  /** The app has come back, or somebody subscribes again: what has settled may have changed. */
  function wake(): void {
    dueAt ??= Math.max(freshUntil, blockedUntil);
    schedule();
  }

  async function run(): Promise<void> {
    const request = (running = new AbortController());
    refreshed = false;
    let seconds: number | undefined;
    let error: ApiError | undefined;
    try {
      seconds = await ask(request.signal);
    } catch (cause) {
      error = isApiError(cause) ? cause : new ApiError("network", "The response cannot be used", { cause });
    }
    if (running !== request) return; // Stopped meanwhile.
    running = undefined;
    failures = error ? failures + 1 : 0;
    if (error && !isFinal(error))
      seconds = error.retryAfter ?? Math.min(PAUSE_SECONDS * 2 ** failures, LONGEST_PAUSE_SECONDS);
    const now = Date.now();
    // A little longer than asked for, and not all apps at once.
    dueAt =
      seconds === undefined
        ? undefined
        : now + Math.max(seconds, SHORTEST_PAUSE_SECONDS) * (1 + Math.random() / 5) * 1000;
    blockedUntil = (error && dueAt) ?? now;
    freshUntil = now + PAUSE_SECONDS * 1000;
    if (refreshed) dueAt = blockedUntil;
    if (error) onFailure(error, isFinal(error));
    schedule();
  }

  return {
    start() {
      leaveVisibility ??= visibility.subscribe(() => (visibility.isVisible() ? wake() : schedule()));
      wake();
    },
    stop() {
      leaveVisibility?.();
      leaveVisibility = undefined;
      running?.abort();
      running = undefined;
      clearTimeout(timer);
    },
    refresh() {
      refreshed = true;
      dueAt = blockedUntil;
      schedule();
    },
  };
}

/** Whether another attempt with the same request must fail, too. */
function isFinal({ kind, status }: ApiError): boolean {
  return kind === "http" && status !== undefined && status < 500 && status !== 429;
}
