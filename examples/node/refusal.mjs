// Errors for failed requests to Pluggy. The messages are safe to log: they contain nothing of a request or of a
// response's text.

const BAD_REQUEST = 400
const UNAUTHORIZED = 401
const FORBIDDEN = 403
const NOT_FOUND = 404

const CODE = /^\w{1,64}$/

/** Pluggy refused the request, or could not be reached. */
export class Refusal extends Error {
  constructor(status, code) {
    super(`pluggy answered ${status ?? 'nothing'}${code ? ` (${code})` : ''}`)
    this.status = status
    this.code = code
  }

  /** Creates a refusal without the failed request, which contains the client's secret or key. */
  static of(error) {
    if (!(error instanceof Error)) {
      // The client rejects with the body of a redirect.
      return new Refusal('3xx')
    }
    const { statusCode, body } = error.response ?? {}
    const code = statusCode >= BAD_REQUEST ? body?.codeDescription : (error.code ?? error.name)
    return new Refusal(statusCode, CODE.test(code ?? '') ? code : undefined)
  }

  get isOfKey() {
    return this.status === UNAUTHORIZED || (this.status === FORBIDDEN && !this.code)
  }

  get isOfAccount() {
    return this.status === NOT_FOUND && this.code === 'ACCOUNT_NOT_FOUND'
  }
}

/**
 * The API key belongs to another application. With it, each of our accounts would seem to be deleted, and its events
 * would be lost.
 */
export class OtherApplication extends Error {
  message = 'the secret has the credentials of another application than PLUGGY_CLIENT_ID'
}
