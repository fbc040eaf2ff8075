// Fetches of accounts and transactions from Pluggy.

import { Refusal } from './refusal.mjs'
import { createSession } from './session.mjs'

const DEFAULT_BASE_URL = 'https://api.pluggy.ai'

/** Creates a client of Pluggy for the application `clientId`, whose credentials are in the secret `secretName`. */
export function createPluggy({ baseUrl = DEFAULT_BASE_URL, clientId, secretName }) {
  const { ask } = createSession({ baseUrl, clientId, secretName })

  /**
   * Yields the account's transactions, page by page, each with the time of its request by our clock. Yields nothing if
   * Pluggy does not know the account any more. Calls `check()` before each page, which may throw.
   */
  async function* pages(accountId, filter, check = () => {}) {
    let after
    do {
      check()
      const fetchedAt = Date.now()
      const query = encoded({ ...filter, after })
      const answer = await ask((client) => client.fetchTransactionsCursor(accountId, query)).catch(noneIfGone)
      yield { transactions: readable(answer.results), fetchedAt }
      after = cursorOf(answer)
    } while (after)
  }

  /**
   * Returns the item that the account belongs to, or `undefined` if Pluggy does not know the account any more. An account
   * without an item has the item `null`.
   */
  async function itemOf(accountId) {
    const account = await ask((client) => client.fetchAccount(accountId)).catch(undefinedIfGone)
    return account && (typeof account.itemId === 'string' ? account.itemId.toLowerCase() : null)
  }

  return { itemOf, pages }
}

function noneIfGone(error) {
  return undefinedIfGone(error) ?? { results: [] }
}

function undefinedIfGone(error) {
  if (error.isOfAccount) {
    return undefined
  }
  throw error
}

/** Returns the transactions that have an id. Others cannot be stored, and must not hide the rest of the page. */
function readable(results) {
  const transactions = results.filter((transaction) => typeof transaction?.id === 'string')
  if (transactions.length < results.length) {
    console.warn({ message: 'transactions without an id left out', entries: results.length - transactions.length })
  }
  return transactions
}

/** Encodes a query, because the client inserts values into the URL unchanged. */
function encoded(query) {
  const present = Object.entries(query).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present.map(([name, value]) => [name, [value].flat().map(encodeURIComponent).join(',')]))
}

/** Returns the cursor of the next page. Pluggy returns it in a query or in a URL. The URL is not followed. */
function cursorOf({ next }) {
  if (next === null || next === undefined) {
    return undefined
  }
  const after = new URL(next, DEFAULT_BASE_URL).searchParams.get('after')
  if (!after) {
    // Otherwise the list would seem to end here.
    throw new Refusal(200, 'no cursor')
  }
  return after
}
