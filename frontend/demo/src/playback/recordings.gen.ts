import type { Recordings } from "./recording.ts";
export const RECORDINGS: Recordings = {} as Recordings;
