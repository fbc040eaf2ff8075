// Keeps the transactions that Pluggy's events are about in a table. The events come from the bus through a queue, at
// least once and in any order; the rows are the same in the end.

import { chunks } from './chunks.mjs'
import { Unusable, plan } from './plan.mjs'
import { Refusal, createPluggy } from './pluggy.mjs'
import { createTable } from './table.mjs'

const WRITES_AT_ONCE = 25
// What one more message may take, most of it waiting for an answer.
const RESERVE_MILLISECONDS = 15_000

const { PLUGGY_BASE_URL, PLUGGY_SECRET_ARN, TRANSACTION_TABLE } = process.env

const pluggy = createPluggy({ baseUrl: PLUGGY_BASE_URL, secretArn: PLUGGY_SECRET_ARN })
const table = createTable(TRANSACTION_TABLE)

/** Reports the messages that failed, and only those: SQS brings them again, and gives up after some times. */
export async function handler({ Records: messages }, context) {
  const batchItemFailures = []
  for (const { messageId, body } of messages) {
    try {
      // An invocation that is cut off would bring back the messages that are done, too.
      if (context.getRemainingTimeInMillis() < RESERVE_MILLISECONDS) {
        throw new OutOfTime()
      }
      await consume(body)
    } catch (error) {
      console.warn({ message: 'event not applied', messageId, reason: reasonOf(error) })
      batchItemFailures.push({ itemIdentifier: messageId })
    }
  }
  return { batchItemFailures }
}

class OutOfTime extends Error {
  name = 'OutOfTime'
}

async function consume(body) {
  const event = plan(body)
  const { id, detailType, accountId } = event
  if (await table.isApplied(id)) {
    console.info({ message: 'event known already', id, detailType })
    return
  }
  const transactions = event.deleted ? await remove(event) : await refresh(event)
  // Last, so that an event that was interrupted is done again.
  await table.setApplied({ id, detailType, accountId, transactions })
  console.info({ message: 'event applied', id, detailType, transactions })
}

/** Reads at Pluggy what the event is about, which is truer than the event: it may be old. */
async function refresh({ accountId, itemId, filters }) {
  let count = 0
  for (const filter of filters) {
    for await (const { transactions, readAt } of pluggy.pages(accountId, filter)) {
      await each(transactions, (transaction) => table.put({ accountId, itemId, transaction, readAt }))
      count += transactions.length
    }
  }
  return count
}

async function remove({ accountId, deleted }) {
  const readAt = Date.now()
  await each(deleted, (id) => table.remove({ accountId, id, readAt }))
  return deleted.length
}

async function each(all, write) {
  for (const some of chunks(all, WRITES_AT_ONCE)) {
    await Promise.all(some.map(write))
  }
}

/** Errors of others may quote what they failed over, a secret included; only their names are for a log. */
function reasonOf(error) {
  return error instanceof Unusable || error instanceof Refusal ? error.message : (error?.name ?? 'unknown')
}
