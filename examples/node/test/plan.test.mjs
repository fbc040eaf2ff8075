import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Unusable, plan } from '../plan.mjs'

const ACCOUNT = 'aaaa6c5d-0000-4000-8000-000000000002'
const ITEM = '9a7b6c5d-0000-4000-8000-000000000001'
const ID = 'a'.repeat(64)
const id = (number) => `bbbb6c5d-0000-4000-8000-${String(number).padStart(12, '0')}`

function event(name, body, changes = {}) {
  const detail = { schemaVersion: 1, id: ID, itemId: ITEM, body: { accountId: ACCOUNT, ...body }, ...changes }
  return JSON.stringify({ 'detail-type': `webhook.transactions/${name}`, detail })
}

test('what was created is read since the time that Pluggy names', () => {
  assert.deepEqual(plan(event('created', { transactionsCreatedAtFrom: '2026-02-13T17:21:53.719Z' })), {
    id: ID,
    detailType: 'webhook.transactions/created',
    itemId: ITEM,
    accountId: ACCOUNT,
    filters: [{ createdAtFrom: '2026-02-13T17:21:53.719Z' }],
  })
})

test('a time is cut to milliseconds and never put later, so that nothing is missed', () => {
  for (const [given, asked] of [
    ['2026-02-13T17:21:53.7199Z', '2026-02-13T17:21:53.719Z'],
    ['2026-02-13T17:21:53Z', '2026-02-13T17:21:53.000Z'],
    ['2026-02-13T14:21:53.719-03:00', '2026-02-13T17:21:53.719Z'],
  ]) {
    const [{ createdAtFrom }] = plan(event('created', { transactionsCreatedAtFrom: given })).filters

    assert.equal(createdAtFrom, asked)
  }
})

test('without a readable time the whole account is read', () => {
  for (const transactionsCreatedAtFrom of [undefined, null, 7, '', 'x', 'foo 1', '2026-02-13', '2026-99-13T17:21:53Z', {}]) {
    const [filter] = plan(event('created', { transactionsCreatedAtFrom })).filters

    assert.equal(filter.createdAtFrom, undefined, String(transactionsCreatedAtFrom))
  }
})

test('what was updated is read in parts that Pluggy takes, each once', () => {
  const ids = Array.from({ length: 1001 }, (_, number) => id(number))

  const { filters } = plan(event('updated', { transactionIds: [...ids, ...ids] }))

  assert.deepEqual(filters.map((filter) => filter.ids.length), [500, 500, 1])
  assert.deepEqual(filters.flatMap((filter) => filter.ids), ids)
})

test('an event that names no transactions any more asks for nothing', () => {
  assert.deepEqual(plan(event('updated', { transactionIds: [] })).filters, [])
  assert.deepEqual(plan(event('deleted', { transactionIds: [] })).deleted, [])
})

test('ids are the same in any case', () => {
  const { accountId, deleted } = plan(
    event('deleted', { accountId: ACCOUNT.toUpperCase(), transactionIds: [id(1).toUpperCase(), id(1)] }),
  )

  assert.equal(accountId, ACCOUNT)
  assert.deepEqual(deleted, [id(1)])
})

test('an event that cannot be understood is unusable', () => {
  const injected = `${ACCOUNT}&createdAtFrom=2020-01-01`
  for (const message of [
    'not JSON',
    'null',
    '7',
    '{}',
    event('created', {}, { schemaVersion: 2 }),
    event('created', {}, { id: 'x' }),
    event('created', {}, { body: null }),
    event('created', {}, { body: 'text' }),
    event('created', { accountId: undefined }),
    event('created', { accountId: 7 }),
    event('created', { accountId: injected }),
    event('created', { accountId: `${ACCOUNT}\n` }),
    event('updated', {}),
    event('updated', { transactionIds: id(1) }),
    event('updated', { transactionIds: [id(1), 'x'] }),
    event('deleted', { transactionIds: null }),
    event('deleted', { transactionIds: [null] }),
    event('removed', { transactionIds: [id(1)] }),
  ]) {
    assert.throws(() => plan(message), Unusable, message)
  }
})
