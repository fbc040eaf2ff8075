// The time that an invocation has.

// More than the longest step takes, if every answer only just comes: a page that needs two new keys and is asked for
// twice (56 seconds), and the event's row after it, which is tried three times (16 seconds).
const RESERVE_MILLISECONDS = 75_000

/** There is no time for another step. The message must come again. */
export class OutOfTime extends Error {
  message = 'the time is up'
}

/** Gives a check that throws when there is no time for another step: who is cut off cannot say which messages failed. */
export function timeCheck(context) {
  return () => {
    if (context.getRemainingTimeInMillis() < RESERVE_MILLISECONDS) {
      throw new OutOfTime()
    }
  }
}
