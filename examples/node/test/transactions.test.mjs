import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'

import { createTable } from '../table.mjs'
import { consume, idOf, logged, message, newConsumer, table } from './consumer.mjs'
import { eventRow, rowsOf } from './rows.mjs'
import { change, connect, fault, payloads, reads, remove, sync, transactions } from './sandbox.mjs'
import { servePluggy } from './server.mjs'

const DAY_SECONDS = 24 * 60 * 60
const EVENTS = ['transactions/created', 'transactions/updated', 'transactions/deleted']
const OTHER_ITEM = 'the account does not belong to the item of the event'

/** Asserts that the event is reported as failed, with this reason in the log, and that it does not count as applied. */
async function assertFails(consume, body, reason) {
  logged.length = 0
  assert.deepEqual(await consume(message(body)), [0], body.event)
  const reasons = logged.map((line) => JSON.parse(line)[0].reason)
  assert.deepEqual(reasons, [reason], body.event)
  assert.equal(await eventRow(table, idOf(body)), undefined)
}

test('the transactions of a new connection are in the table, from every page', async () => {
  const { itemId, accountId } = await connect()
  const [body] = await payloads('transactions/created', accountId)
  const before = [await reads(), Date.now()]

  assert.deepEqual(await consume(message(body)), [])

  const rows = await rowsOf(table, accountId)
  const all = await transactions(accountId)
  assert.equal(all.length, 20)
  assert.deepEqual(Object.keys(rows).sort(), all.map(({ id }) => id).sort())
  for (const { id, date, amount, description, status } of all) {
    const { fetchedAt, ...row } = rows[id]
    assert.deepEqual(row, {
      pk: `ACCOUNT#${accountId}`,
      sk: `TRANSACTION#${id}`,
      date: date.toISOString(),
      amount: String(amount),
      description,
      status,
      itemId,
    })
    assert.ok(fetchedAt >= before[1] && fetchedAt <= Date.now())
  }
  // Three pages for the consumer, and three for this test.
  assert.equal((await reads()) - before[0], 6)
})

test('an event that is applied is remembered', async () => {
  const { accountId } = await connect()
  const [body] = await payloads('transactions/created', accountId)

  await consume(message(body))

  const { expiresAt, ...row } = await eventRow(table, idOf(body))
  const key = `EVENT#${idOf(body)}`
  const detailType = 'webhook.transactions/created'
  assert.deepEqual(row, { pk: key, sk: key, detailType, accountId, transactions: 20 })
  assert.ok(Math.abs(expiresAt - Date.now() / 1000 - 60 * DAY_SECONDS) < 60)
})

test('what comes later is read alone', async () => {
  const { itemId, accountId } = await connect()
  await sync(itemId)
  const bodies = await payloads('transactions/created', accountId, 2)
  const later = bodies.find(({ transactionsCount }) => transactionsCount === 3)

  await consume(message(later))

  assert.equal((await eventRow(table, idOf(later))).transactions, 3)
  assert.equal(Object.keys(await rowsOf(table, accountId)).length, 3)
})

test('without a time the whole account is read', async () => {
  const { itemId, accountId } = await connect()
  await sync(itemId)
  const bodies = await payloads('transactions/created', accountId, 2)
  const { transactionsCreatedAtFrom, ...body } = bodies.find(({ transactionsCount }) => transactionsCount === 3)

  await consume(message(body))

  assert.ok(transactionsCreatedAtFrom)
  assert.equal(Object.keys(await rowsOf(table, accountId)).length, 23)
})

test('what the bank settles is read again, and nothing else', async () => {
  const { accountId } = await connect()
  const [created] = await payloads('transactions/created', accountId)
  await consume(message(created))
  const before = await rowsOf(table, accountId)
  await change(accountId, { settle: 2 })
  const [body] = await payloads('transactions/updated', accountId)

  await consume(message(body))

  const after = await rowsOf(table, accountId)
  const changed = Object.keys(after).filter((id) => after[id].fetchedAt !== before[id].fetchedAt)
  assert.deepEqual(changed.sort(), body.transactionIds.sort())
  const now = await transactions(accountId)
  for (const id of changed) {
    assert.notEqual(after[id].amount, before[id].amount)
    assert.equal(after[id].amount, String(now.find((one) => one.id === id).amount))
    assert.equal(after[id].status, 'POSTED')
  }
})

test('what the bank takes back leaves a marker', async () => {
  const { accountId } = await connect()
  const [created] = await payloads('transactions/created', accountId)
  await consume(message(created))
  await change(accountId, { delete: 2 })
  const [body] = await payloads('transactions/deleted', accountId)

  await consume(message(body))

  const rows = await rowsOf(table, accountId)
  assert.equal(body.transactionIds.length, 2)
  for (const id of body.transactionIds) {
    assert.deepEqual(Object.keys(rows[id]).sort(), ['deleted', 'expiresAt', 'fetchedAt', 'pk', 'sk'])
    assert.equal(rows[id].deleted, true)
  }
  assert.equal(Object.values(rows).filter(({ deleted }) => !deleted).length, 18)
  assert.equal((await eventRow(table, idOf(body))).transactions, 2)
})

test('a repeated event is applied once', async () => {
  const { accountId } = await connect()
  const [body] = await payloads('transactions/created', accountId)
  await consume(message(body), message(body))
  const before = [await rowsOf(table, accountId), await eventRow(table, idOf(body)), await reads()]

  // EventBridge's own id and the time differ.
  assert.deepEqual(await consume(message(body), message(body, { time: '2026-12-01T00:00:00Z' })), [])

  assert.deepEqual([await rowsOf(table, accountId), await eventRow(table, idOf(body)), await reads()], before)
})

test('a deletion that overtakes the creation is not undone by it', async () => {
  const { itemId, accountId } = await connect()
  const before = await transactions(accountId)
  await change(accountId, { delete: 1 })
  const [deleted] = await payloads('transactions/deleted', accountId)
  const [id] = deleted.transactionIds
  const transaction = before.find((one) => one.id === id)

  await consume(message(deleted))
  // The response to a slow reader, by a clock that is ahead.
  await createTable(table).put({ accountId, itemId, transaction, fetchedAt: Date.now() + 60_000 })

  const rows = await rowsOf(table, accountId)
  assert.equal(rows[id].deleted, true)
  assert.equal(rows[id].amount, undefined)
})

test('transactions are stored under the own item of their account only', async () => {
  const { accountId } = await connect()
  const [created] = await payloads('transactions/created', accountId)
  const ids = (await transactions(accountId)).map(({ id }) => id)
  const forged = { ...created, itemId: randomUUID(), transactionIds: ids }

  for (const event of EVENTS) {
    await assertFails(consume, { ...forged, event, eventId: randomUUID() }, OTHER_ITEM)
  }

  assert.deepEqual(await rowsOf(table, accountId), {})
})

test('nothing is stored of an account that belongs to no item', async () => {
  for (const itemId of [undefined, null]) {
    const accountId = randomUUID()
    const page = { results: [{ id: randomUUID(), accountId }], next: null }
    const pluggy = await servePluggy(({ url }) => ({
      json: url.startsWith('/accounts/') ? { id: accountId, itemId } : page,
    }))
    const { consume } = await newConsumer({ PLUGGY_BASE_URL: pluggy.url })

    for (const event of EVENTS) {
      for (const claimed of [randomUUID(), undefined]) {
        const body = { event, eventId: randomUUID(), itemId: claimed, accountId, transactionIds: [randomUUID()] }
        await assertFails(consume, body, OTHER_ITEM)
      }
    }

    assert.deepEqual(await rowsOf(table, accountId), {})
  }
})

test('an event that names no item is stored under the own item of the account', async () => {
  const { itemId, accountId } = await connect()
  const [{ itemId: _, ...nameless }] = await payloads('transactions/created', accountId)

  assert.deepEqual(await consume(message(nameless)), [])

  const rows = Object.values(await rowsOf(table, accountId))
  assert.deepEqual([...new Set(rows.map((row) => row.itemId))], [itemId])
})

test('a transaction that Pluggy still has is not deleted', async () => {
  const { accountId } = await connect()
  const [created] = await payloads('transactions/created', accountId)
  await consume(message(created))
  await change(accountId, { delete: 1 })
  const [deleted] = await payloads('transactions/deleted', accountId)
  const [{ id }] = await transactions(accountId)
  const [gone] = deleted.transactionIds

  const forged = { ...deleted, transactionIds: [id, gone] }
  await assertFails(consume, forged, 'pluggy still has a transaction that the event calls deleted')

  const rows = await rowsOf(table, accountId)
  assert.deepEqual([rows[id].deleted, rows[gone].deleted], [undefined, true])
})

test('events in the wrong order end in the same rows', async () => {
  const { itemId, accountId } = await connect()
  await sync(itemId)
  await payloads('transactions/created', accountId, 2)
  await change(accountId, { settle: 1, delete: 1 })
  const names = ['transactions/deleted', 'transactions/updated', 'transactions/created']
  const bodies = (await Promise.all(names.map((name) => payloads(name, accountId)))).flat()

  for (const body of bodies) {
    await consume(message(body))
  }

  const rows = Object.values(await rowsOf(table, accountId)).filter(({ deleted }) => !deleted)
  const amounts = (await transactions(accountId)).map(({ id, amount }) => [`TRANSACTION#${id}`, String(amount)])
  assert.deepEqual(rows.map(({ sk, amount }) => [sk, amount]).sort(), amounts.sort())
})

test('an account that is gone is no failure', async () => {
  const accountId = randomUUID()
  const body = { event: 'transactions/created', eventId: randomUUID(), itemId: randomUUID(), accountId }

  assert.deepEqual(await consume(message(body)), [])

  assert.equal((await eventRow(table, idOf(body))).transactions, 0)
})

test('what an account had that is gone is deleted', async () => {
  const { itemId, accountId } = await connect()
  const [created] = await payloads('transactions/created', accountId)
  await consume(message(created))
  const transactionIds = (await transactions(accountId)).map(({ id }) => id)
  await remove(itemId)
  const body = { event: 'transactions/deleted', eventId: randomUUID(), itemId, accountId, transactionIds }

  assert.deepEqual(await consume(message(body)), [])

  const rows = Object.values(await rowsOf(table, accountId))
  assert.equal(rows.length, 20)
  assert.ok(rows.every(({ deleted, amount }) => deleted && amount === undefined))
  assert.equal((await eventRow(table, idOf(body))).transactions, 20)
})

test('what Pluggy refuses is reported, left undone, and done the next time', async () => {
  for (const [effect, reason] of [
    [{ kind: 'rateLimited', resetSeconds: 60 }, 'pluggy answered 429'],
    [{ kind: 'status', status: 503 }, 'pluggy answered 503'],
    [{ kind: 'status', status: 403, codeDescription: 'FORBIDDEN' }, 'pluggy answered 403 (FORBIDDEN)'],
    [{ kind: 'status', status: 404, codeDescription: 'NOT_FOUND' }, 'pluggy answered 404 (NOT_FOUND)'],
    [{ kind: 'garbage' }, 'pluggy answered 200'],
    [{ kind: 'disconnect' }, 'pluggy answered nothing'],
  ]) {
    const { accountId } = await connect()
    const [body] = await payloads('transactions/created', accountId)
    await fault(effect)
    logged.length = 0

    assert.deepEqual(await consume(message(body)), [0], reason)
    assert.equal(await eventRow(table, idOf(body)), undefined)
    assert.ok(logged.join().includes(reason), logged.join())

    assert.deepEqual(await consume(message(body)), [], reason)
    assert.equal(Object.keys(await rowsOf(table, accountId)).length, 20)
  }
})

test('an event that was interrupted between two pages is done again from the beginning', async () => {
  const { accountId } = await connect()
  const [body] = await payloads('transactions/created', accountId)
  await fault({ kind: 'delay', milliseconds: 1 })
  await fault({ kind: 'status', status: 500 })

  assert.deepEqual(await consume(message(body)), [0])
  assert.equal(Object.keys(await rowsOf(table, accountId)).length, 7)

  assert.deepEqual(await consume(message(body)), [])
  assert.equal(Object.keys(await rowsOf(table, accountId)).length, 20)
})

test('a message that cannot be used is reported, and its neighbors are not', async () => {
  const { accountId } = await connect()
  const [body] = await payloads('transactions/created', accountId)
  const { accountId: _, ...nameless } = body

  const failed = await consume('not JSON', message(nameless), message(body), '{}', message({ event: 'item/updated' }))

  assert.deepEqual(failed, [0, 1, 3, 4])
  assert.equal(Object.keys(await rowsOf(table, accountId)).length, 20)
})
