'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { changeTransactions, newClient, settled } = require('./sandbox')

const client = newClient()
const UNKNOWN = '9a7b6c5d-0000-4000-8000-00000000ffff'
// Thirty times the usual 20 transactions, which is more than the 500 of a page.
const BUSY_USER = 'user-ok-perf-30'
const EVERYTHING = 600

async function connect(user) {
  const { id } = await client.createItem(2, { user, password: 'password-ok' })
  await settled(client, id)
  return id
}

async function connectedAccount(user) {
  const { results } = await client.fetchAccounts(await connect(user), 'BANK')
  return results[0].id
}

const ids = (transactions) => transactions.map(({ id }) => id)

test('an item has a bank account and a card', async () => {
  const itemId = await connect('user-ok')

  const { results, total } = await client.fetchAccounts(itemId)

  assert.equal(total, 2)
  assert.deepEqual(results.map(({ type }) => type), ['BANK', 'CREDIT'])
  for (const account of results) {
    assert.equal(account.itemId, itemId)
    assert.equal(typeof account.balance, 'number')
    assert.equal(account.owner, null)
    assert.deepEqual(await client.fetchAccount(account.id), account)
  }
})

test('an unknown account is not found', async () => {
  await assert.rejects(client.fetchAccount(UNKNOWN), { code: 404, codeDescription: 'ACCOUNT_NOT_FOUND' })
})

test('transactions are read page by page', async () => {
  const accountId = await connectedAccount(BUSY_USER)

  const first = await client.fetchTransactionsCursor(accountId)
  const all = await client.fetchAllTransactions(accountId)

  assert.equal(first.results.length, 500)
  assert.equal(all.length, EVERYTHING)
  assert.deepEqual(all.slice(0, 500), first.results)
  assert.equal(new Set(ids(all)).size, EVERYTHING)
  assert.ok(all.every(({ date, createdAt }) => date instanceof Date && createdAt instanceof Date))
})

test('transactions are filtered, and each filter holds on every page', async () => {
  const accountId = await connectedAccount(BUSY_USER)
  const all = await client.fetchAllTransactions(accountId)
  const [dateTo, dateFrom] = [all[20], all[560]].map(({ date }) => date.toISOString())

  const between = await client.fetchAllTransactions(accountId, { dateFrom, dateTo })
  const [some] = [ids(all).slice(3, 6)]
  const chosen = await client.fetchAllTransactions(accountId, { ids: some })
  const sinceCreation = await client.fetchAllTransactions(accountId, { createdAtFrom: all[0].createdAt.toISOString() })

  const isBetween = ({ date }) => dateFrom <= date.toISOString() && date.toISOString() <= dateTo
  assert.ok(between.length > 500 && between.length < EVERYTHING)
  assert.deepEqual(ids(between), ids(all.filter(isBetween)))
  assert.deepEqual(ids(chosen), some)
  assert.equal(sinceCreation.length, EVERYTHING)
})

test('what the bank settles and takes back is read so', async () => {
  const accountId = await connectedAccount('user-ok')
  const before = await client.fetchAllTransactions(accountId)

  await changeTransactions(accountId, { settle: 1, delete: 1 })

  const after = await client.fetchAllTransactions(accountId)
  assert.deepEqual(ids(after), ids(before.slice(0, -1)))
  assert.equal(after[0].status, 'POSTED')
  assert.ok(after[0].updatedAt > before[0].updatedAt)
  assert.deepEqual(after.slice(1), before.slice(1, -1))
})

test('a query that makes no sense is a bad request', async () => {
  const accountId = await connectedAccount('user-ok')
  const date = '2026-11-01'

  await assert.rejects(client.fetchTransactionsCursor(accountId, { dateFrom: date, createdAtFrom: date }), { code: 400 })
  await assert.rejects(client.fetchTransactionsCursor(accountId, { ids: Array(501).fill(UNKNOWN) }), {
    code: 400,
    codeDescription: 'IDS_PARAMETER_EXCEEDS_MAX_LENGTH',
  })
})
