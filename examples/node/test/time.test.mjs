import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'

import { TIMEOUT_MILLISECONDS, consumeWithin, idOf, logged, message, newConsumer, table } from './consumer.mjs'
import { eventRow, rowsOf } from './rows.mjs'
import { connect, payloads } from './sandbox.mjs'
import { servePluggy } from './server.mjs'

const PAGE_MILLISECONDS = 10_000
/** More pages than can be read in time. The account still ends, so that the test does too. */
const PAGES = 1_000

/** Returns a clock of an invocation that loses `step` at each call. */
function clock(step) {
  let left = TIMEOUT_MILLISECONDS
  return () => (left -= step)
}

const ITEM = randomUUID()

function payload(event, values = {}) {
  const ids = { eventId: randomUUID(), itemId: ITEM, accountId: randomUUID() }
  return { event: `transactions/${event}`, ...ids, ...values }
}

test('what there is no time for is left for the next time, and what is done is not', async () => {
  const { accountId } = await connect()
  const [body] = await payloads('transactions/created', accountId)
  const other = { ...body, eventId: randomUUID() }
  const isDone = async () => (await eventRow(table, idOf(body))) !== undefined
  let left = TIMEOUT_MILLISECONDS

  const failed = await consumeWithin(() => left, message(body), 'not JSON')
  left = 74_000
  const later = await consumeWithin(() => left, message(other), message(other))

  assert.deepEqual([failed, later], [[1], [0, 1]])
  assert.ok(await isDone())
  assert.equal(await eventRow(table, idOf(other)), undefined)
})

test('an account without an end is given up before the invocation is cut off', async () => {
  let page = 0
  const pluggy = await servePluggy(({ url }) => {
    if (url.startsWith('/accounts/')) {
      return { json: { itemId: ITEM } }
    }
    page += 1
    return { json: { results: [], next: page < PAGES ? `?after=${page}` : null } }
  })
  const { consumeWithin } = await newConsumer({ PLUGGY_BASE_URL: pluggy.url })
  const body = payload('created')
  logged.length = 0

  const failed = await consumeWithin(clock(PAGE_MILLISECONDS), message(body), message(payload('created')))

  assert.deepEqual(failed, [0, 1])
  assert.equal(await eventRow(table, idOf(body)), undefined)
  assert.ok(page > 1 && page < TIMEOUT_MILLISECONDS / PAGE_MILLISECONDS, String(page))
  assert.ok(logged.join().includes('the time is up'), logged.join())
})

test('a list that is too long for the time is given up between two writes', async () => {
  const transactionIds = Array.from({ length: 100 }, () => randomUUID())
  const body = payload('deleted', { transactionIds })
  // For the event, the page that confirms the deletions, and two writes.
  const left = [TIMEOUT_MILLISECONDS, TIMEOUT_MILLISECONDS, TIMEOUT_MILLISECONDS, 75_000]

  assert.deepEqual(await consumeWithin(() => left.shift() ?? 74_999, message(body)), [0])

  assert.equal(Object.keys(await rowsOf(table, body.accountId)).length, 50)
  assert.equal(await eventRow(table, idOf(body)), undefined)
})
