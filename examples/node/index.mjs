// A consumer of Pluggy's transaction events that keeps the transactions in a table. The events come from the bus
// through a queue, at least once and in any order. The rows are the same in the end.

import { chunks } from './chunks.mjs'
import { Unusable, plan } from './plan.mjs'
import { createPluggy } from './pluggy.mjs'
import { OtherApplication, Refusal } from './refusal.mjs'
import { createTable } from './table.mjs'
import { OutOfTime, timeCheck } from './time.mjs'

const WRITES_AT_ONCE = 25

/** What the event says is not so at Pluggy. It is reported as failed, so that a person sees whether it is forged. */
class Contradicted extends Error {}

// Our own errors. Their messages are safe to log.
const OWN_ERRORS = [Contradicted, OtherApplication, OutOfTime, Refusal, Unusable]

const { PLUGGY_BASE_URL, PLUGGY_CLIENT_ID, PLUGGY_SECRET_NAME, TRANSACTION_TABLE } = process.env

const pluggy = createPluggy({ baseUrl: PLUGGY_BASE_URL, clientId: PLUGGY_CLIENT_ID, secretName: PLUGGY_SECRET_NAME })
const table = createTable(TRANSACTION_TABLE)

/**
 * Reports the failed messages, and only those. SQS retries them, and moves them to the dead-letter queue after some
 * retries.
 */
export async function handler({ Records: messages }, context) {
  const checkTime = timeCheck(context)
  const batchItemFailures = []
  for (const { messageId, body } of messages) {
    try {
      await consume(body, checkTime)
    } catch (error) {
      console.warn({ message: 'event not applied', messageId, reason: reasonOf(error) })
      batchItemFailures.push({ itemIdentifier: messageId })
    }
  }
  return { batchItemFailures }
}

async function consume(body, checkTime) {
  const event = plan(body)
  checkTime()
  const { id, detailType, accountId, erasedItems } = event
  if (erasedItems) {
    // It is not remembered: a repetition finds nothing to delete.
    const transactions = await erase(erasedItems, checkTime)
    console.info({ message: 'user erased', id, transactions })
    return
  }
  if (await table.isApplied(id)) {
    console.info({ message: 'event known already', id, detailType })
    return
  }
  const itemId = await itemOfAccount(event)
  const transactions = event.deleted ? await remove(event, checkTime) : await refresh({ ...event, itemId }, checkTime)
  // Written last, so that an interrupted event is applied again.
  await table.setApplied({ id, detailType, accountId, transactions })
  console.info({ message: 'event applied', id, detailType, transactions })
}

/**
 * Returns the item that Pluggy's account belongs to, or `undefined` if the account is gone. The event only claims one: with
 * a forged claim, the transactions of one user would be stored under another user's item.
 */
async function itemOfAccount({ accountId, itemId }) {
  const own = await pluggy.itemOf(accountId)
  if (own === null || (own && itemId && itemId !== own)) {
    throw new Contradicted('the account does not belong to the item of the event')
  }
  return own
}

/** Fetches the event's transactions from Pluggy. The response is more accurate than the event, which may be old. */
async function refresh({ accountId, itemId, filters }, checkTime) {
  let count = 0
  for (const filter of filters) {
    for await (const { transactions, fetchedAt } of pluggy.pages(accountId, filter, checkTime)) {
      await each(transactions, checkTime, (transaction) => table.put({ accountId, itemId, transaction, fetchedAt }))
      count += transactions.length
    }
  }
  // An erasure that began after the fetch may have searched the table before these rows were written.
  if (itemId && (await table.isErased(itemId))) {
    await erase([itemId], checkTime)
  }
  return count
}

/** Deletes the transactions of an erased user's items. */
async function erase(itemIds, checkTime) {
  await each(itemIds, checkTime, table.setErased)
  let count = 0
  for await (const keys of table.keysOf(itemIds)) {
    await each(keys, checkTime, table.erase)
    count += keys.length
  }
  return count
}

/** Marks the transactions as deleted that Pluggy does not return. Fails if it returns one. */
async function remove({ accountId, deleted, filters }, checkTime) {
  const fetchedAt = Date.now()
  const present = new Set()
  for (const filter of filters) {
    for await (const { transactions } of pluggy.pages(accountId, filter, checkTime)) {
      transactions.forEach(({ id }) => present.add(id.toLowerCase()))
    }
  }
  const gone = deleted.filter((id) => !present.has(id))
  await each(gone, checkTime, (id) => table.remove({ accountId, id, fetchedAt }))
  if (gone.length < deleted.length) {
    throw new Contradicted('pluggy still has a transaction that the event calls deleted')
  }
  return gone.length
}

async function each(all, checkTime, write) {
  for (const some of chunks(all, WRITES_AT_ONCE)) {
    checkTime()
    await Promise.all(some.map(write))
  }
}

/**
 * Returns an error's reason for the log. Messages of foreign errors may quote their input, secrets included, so only
 * the names are logged.
 */
function reasonOf(error) {
  return OWN_ERRORS.some((kind) => error instanceof kind) ? error.message : (error?.name ?? 'unknown')
}
