// How AWS is asked.

/** Without limits, an answer that never comes would be waited for until the invocation is cut off. */
export const AWS_OPTIONS = {
  requestHandler: {
    connectionTimeout: 1_000,
    // Until an answer begins.
    requestTimeout: 5_000,
    throwOnRequestTimeout: true,
    // While it goes on.
    socketTimeout: 5_000,
  },
}
