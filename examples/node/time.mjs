// The remaining time of an invocation.

// Longer than the longest step with slow responses: a page that needs two new keys and is requested twice (56 seconds),
// and then the event's row, which is tried three times (16 seconds).
const RESERVE_MILLISECONDS = 75_000

/** No time is left for another step. The message must be retried. */
export class OutOfTime extends Error {
  message = 'the time is up'
}

/**
 * Returns a check that throws when no time is left for another step. An invocation that is cut off cannot report the
 * failed messages.
 */
export function timeCheck(context) {
  return () => {
    if (context.getRemainingTimeInMillis() < RESERVE_MILLISECONDS) {
      throw new OutOfTime()
    }
  }
}
