import assert from 'node:assert/strict'
import { test } from 'node:test'

import { eventRow, newTable, rowsOf } from './rows.mjs'

const { createTable } = await import('../table.mjs')

const name = await newTable()
const table = createTable(name)
const itemId = '9a7b6c5d-0000-4000-8000-000000000001'
const id = 'bbbb6c5d-0000-4000-8000-000000000004'
let accounts = 0

/** Returns an account that no other test has. */
function newAccount() {
  accounts += 1
  const accountId = `account-${accounts}`
  return {
    put: (fetchedAt, transaction) => table.put({ accountId, itemId, fetchedAt, transaction: { id, ...transaction } }),
    remove: (fetchedAt) => table.remove({ accountId, id, fetchedAt }),
    row: async () => (await rowsOf(name, accountId))[id],
  }
}

test('an old read that is slow does not replace a newer one', async () => {
  const { put, row } = newAccount()

  await put(200, { status: 'POSTED' })
  await put(100, { status: 'PENDING' })

  assert.equal((await row()).status, 'POSTED')
  assert.equal((await row()).fetchedAt, 200)
})

test('a read at the same time or later replaces what is there', async () => {
  const { put, row } = newAccount()

  await put(100, { status: 'PENDING', description: 'Farmácia' })
  await put(100, { status: 'POSTED' })
  assert.equal((await row()).status, 'POSTED')
  assert.equal((await row()).description, undefined)

  await put(101, { status: 'PENDING' })
  assert.equal((await row()).status, 'PENDING')
})

test('what is deleted stays deleted, whenever it is read', async () => {
  const { put, remove, row } = newAccount()

  await put(200, { status: 'POSTED' })
  await remove(100)
  await put(300, { status: 'POSTED' })

  const { deleted, fetchedAt, status, expiresAt } = await row()
  assert.deepEqual({ deleted, fetchedAt, status }, { deleted: true, fetchedAt: 100, status: undefined })
  assert.equal(expiresAt, 60 * 24 * 60 * 60)
})

test('an id is the same in any case', async () => {
  const { put, row } = newAccount()

  await put(1, { id: id.toUpperCase(), status: 'POSTED' })

  assert.equal((await row()).status, 'POSTED')
})

test('what is remembered of an event stays as it was first', async () => {
  const event = { id: 'a'.repeat(64), detailType: 'webhook.transactions/created', accountId: 'account-0' }

  await table.setApplied({ ...event, transactions: 3 })
  await table.setApplied({ ...event, transactions: 0 })

  assert.equal((await eventRow(name, event.id)).transactions, 3)
})

test('an amount is the text of its number', async () => {
  for (const [amount, text] of [
    [0.1, '0.1'],
    [-1234567.89, '-1234567.89'],
    [10, '10'],
    [-0.01, '-0.01'],
    [null, undefined],
    ['12', undefined],
  ]) {
    const { put, row } = newAccount()

    await put(1, { amount })

    assert.equal((await row()).amount, text)
  }
})

test('a description that looks like a time is kept as it was', async () => {
  const { put, row } = newAccount()

  // The description as Pluggy's client returns it.
  await put(1, { description: new Date('2026-11-23T12:00:00.123Z'), date: '2026-11-23T12:00:00Z' })

  assert.equal((await row()).description, '2026-11-23T12:00:00.123Z')
  assert.equal((await row()).date, '2026-11-23T12:00:00.000Z')
})
