// Reads transactions at Pluggy.

import { Refusal } from './refusal.mjs'
import { createSession } from './session.mjs'

const DEFAULT_BASE_URL = 'https://api.pluggy.ai'

/** What is asked of Pluggy for the application `clientId`, whose credentials are in the secret `secretName`. */
export function createPluggy({ baseUrl = DEFAULT_BASE_URL, clientId, secretName }) {
  const { ask } = createSession({ baseUrl, clientId, secretName })

  /**
   * The account's transactions, page by page, each with our clock when it was asked for. There are none where Pluggy
   * knows no such account any more. Before each page, `check()` may throw.
   */
  async function* pages(accountId, filter, check = () => {}) {
    let after
    do {
      check()
      const fetchedAt = Date.now()
      const query = encoded({ ...filter, after })
      const answer = await ask((client) => client.fetchTransactionsCursor(accountId, query)).catch(noneIfGone)
      yield { transactions: answer.results, fetchedAt }
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
