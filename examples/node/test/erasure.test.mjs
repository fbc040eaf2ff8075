import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'

import { createTable } from '../table.mjs'
import { consume, idOf, logged, message, table } from './consumer.mjs'
import { rowsOf } from './rows.mjs'
import { connect, payloads } from './sandbox.mjs'

/** Returns the queue message with the bus event of an erased user. */
function erased(itemIds, changes = {}) {
  const detail = {
    schemaVersion: 1,
    id: idOf({ eventId: randomUUID() }),
    user: 'usr_01J9X',
    itemIds,
    erasedAt: '2026-11-23T12:00:00.123Z',
    ...changes,
  }
  return message({ event: '' }, { 'detail-type': 'user.erased', detail })
}

/** Returns an item whose transactions are in the table, and the event that brought them. */
async function known() {
  const { itemId, accountId } = await connect()
  const [body] = await payloads('transactions/created', accountId)
  assert.deepEqual(await consume(message(body)), [])
  return { itemId, accountId, body }
}

test('the transactions of an erased user are deleted, and no others', async () => {
  const [one, other] = [await known(), await known()]

  logged.length = 0
  assert.deepEqual(await consume(erased([one.itemId])), [])

  assert.deepEqual(await rowsOf(table, one.accountId), {})
  assert.equal(Object.keys(await rowsOf(table, other.accountId)).length, 20)
  assert.ok(!logged.join().includes('usr_01J9X'))
})

test('a repeated erasure changes nothing, and one without items does nothing', async () => {
  const { itemId } = await known()
  const event = erased([itemId])

  assert.deepEqual(await consume(event, event, erased([])), [])
})

test('what a fetch from before the erasure stores is deleted too', async () => {
  const { itemId, accountId } = await connect()
  const [body] = await payloads('transactions/created', accountId)
  await createTable(table).setErased(itemId)

  assert.deepEqual(await consume(message(body)), [])

  assert.deepEqual(await rowsOf(table, accountId), {})
})

test('an erasure that names no items, or what is none, is reported as failed', async () => {
  assert.deepEqual(await consume(erased(undefined), erased('all'), erased(['ACCOUNT#1'])), [0, 1, 2])
})
