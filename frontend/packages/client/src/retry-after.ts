/** Longer pauses are cut, so that a wrong header cannot stop an app for a day. */
const LONGEST_SECONDS = 3600;

/** Returns the seconds of `Retry-After`, which has a number of seconds or a date. Source: RFC 9110, section 10.2.3. */
export function retryAfterOf(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (!value) return undefined;
  // A browser takes nearly everything for a date.
  const date = value.endsWith("GMT") ? Date.parse(value) : NaN;
  const seconds = /^\d+$/.test(value) ? Number(value) : (date - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), LONGEST_SECONDS);
}
