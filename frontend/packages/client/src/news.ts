import { PAUSE_SECONDS } from "./poll.ts";

/** How long the backend may be behind the widget. After news of it, an item that has settled is fetched for so long. */
const NEWS_MS = 2 * 60_000;

/** What the widget has just reported, and the backend may not know yet. */
export interface News {
  arrived: () => void;
  isRecent: () => boolean;
  /** Shortens the pause until the next request while there is recent news. */
  pauseSeconds: (seconds: number | undefined) => number | undefined;
}

export function createNews(): News {
  let until = 0;
  const isRecent = () => Date.now() < until;
  return {
    arrived() {
      until = Date.now() + NEWS_MS;
    },
    isRecent,
    pauseSeconds: (seconds) => (isRecent() ? Math.min(seconds ?? PAUSE_SECONDS, PAUSE_SECONDS) : seconds),
  };
}
