// Reads transactions at Pluggy, with its official client.

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { PluggyClient } from 'pluggy-sdk'

const DEFAULT_BASE_URL = 'https://api.pluggy.ai'
const REQUEST_MILLISECONDS = 10_000
const BAD_REQUEST = 400
const UNAUTHORIZED = 401
const FORBIDDEN = 403
const NOT_FOUND = 404

/** Pluggy refused, or could not be reached. */
export class Refusal extends Error {
  constructor(status, code) {
    super(`pluggy answered ${status ?? 'nothing'}${code ? ` (${code})` : ''}`)
    this.status = status
    this.code = code
  }

  /** Without the request that failed, which holds the client's secret or its key. */
  static of(error) {
    const { statusCode, body } = error?.response ?? {}
    return new Refusal(statusCode, statusCode >= BAD_REQUEST ? body?.codeDescription : (error?.code ?? error?.name))
  }

  get isOfKey() {
    return this.status === UNAUTHORIZED || (this.status === FORBIDDEN && !this.code)
  }

  get isOfAccount() {
    return this.status === NOT_FOUND && this.code === 'ACCOUNT_NOT_FOUND'
  }
}

/** Any other error than the client's own for refusals, of which it prints the body: that is not for a log. */
const unprinted = ({ code }) => Object.assign(new Error('refused'), { code })

/** Pluggy's client, told not to go elsewhere and not to repeat: the queue does that. */
class Client extends PluggyClient {
  constructor(credentials, baseUrl) {
    super(credentials)
    this.baseUrl = baseUrl
  }

  getServiceInstance() {
    return super.getServiceInstance().extend({
      // The key would go along.
      followRedirect: false,
      hooks: { beforeError: [unprinted] },
      retry: 0,
      timeout: REQUEST_MILLISECONDS,
    })
  }
}

/** What is asked of Pluggy, with the credentials of a secret in Secrets Manager. */
export function createPluggy({ baseUrl = DEFAULT_BASE_URL, secretArn }) {
  const secrets = new SecretsManagerClient({})
  let client

  async function newClient() {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secretArn }))
    const { clientId, clientSecret } = JSON.parse(SecretString)
    return new Client({ clientId, clientSecret }, baseUrl)
  }

  async function page(accountId, query) {
    client ??= await newClient()
    return client.fetchTransactionsCursor(accountId, query).catch((error) => {
      throw Refusal.of(error)
    })
  }

  /** A key that Pluggy refuses may have ended, and credentials may have been replaced: both are read once more. */
  async function pageWithFreshKey(accountId, query) {
    try {
      return await page(accountId, query)
    } catch (error) {
      if (!error.isOfKey) {
        throw error
      }
    }
    client = undefined
    return page(accountId, query)
  }

  /**
   * The account's transactions, page by page, each with our clock when it was asked for. There are none where Pluggy
   * knows no such account any more.
   */
  async function* pages(accountId, filter) {
    let after
    do {
      const readAt = Date.now()
      const answer = await pageWithFreshKey(accountId, encoded({ ...filter, after })).catch(noneIfGone)
      yield { transactions: answer.results, readAt }
      after = cursorOf(answer)
    } while (after)
  }

  return { pages }
}

function noneIfGone(error) {
  if (error.isOfAccount) {
    return { results: [] }
  }
  throw error
}

/** The client puts values into the address as they are. */
function encoded(query) {
  const present = Object.entries(query).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present.map(([name, value]) => [name, [value].flat().map(encodeURIComponent).join(',')]))
}

/** Where the next page begins. It is given as a whole query, or as an address, which is not where we go. */
function cursorOf({ next }) {
  if (next === null || next === undefined) {
    return undefined
  }
  const after = new URL(next, DEFAULT_BASE_URL).searchParams.get('after')
  if (!after) {
    // The list would seem to end here.
    throw new Refusal(200, 'no cursor')
  }
  return after
}
