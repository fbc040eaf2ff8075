// Options for calls to AWS.

/** Time limits of AWS calls. Without them, a missing response would use up the whole invocation. */
export const AWS_OPTIONS = {
  requestHandler: {
    connectionTimeout: 1_000,
    // Until the response begins.
    requestTimeout: 5_000,
    throwOnRequestTimeout: true,
    // Between parts of the response.
    socketTimeout: 5_000,
  },
}
