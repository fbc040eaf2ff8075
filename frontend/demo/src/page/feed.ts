import { useEffect, useState } from "react";

import type { ServerEntry } from "./timeline.ts";

export type Rows = Record<string, Record<string, unknown>>;

interface Feed {
  entries: ServerEntry[];
  rows: Rows;
}

const EMPTY: Feed = { entries: [], rows: {} };

/** Returns what the server reports of a user's items, as it comes. */
export function useFeed(user: string | undefined): Feed {
  const [feed, setFeed] = useState(EMPTY);
  useEffect(() => {
    setFeed(EMPTY);
    if (user === undefined) return;
    const source = new EventSource(`/feed?${new URLSearchParams({ user })}`);
    // A connection that broke begins again from the start.
    source.onopen = () => setFeed(EMPTY);
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const { entries, rows }: Feed = JSON.parse(data);
      setFeed((feed) => ({ entries: [...feed.entries, ...entries], rows }));
    };
    return () => source.close();
  }, [user]);
  return feed;
}
