import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'

import { credentials, logged, message, newConsumer } from './consumer.mjs'
import { servePluggy } from './server.mjs'

const PRIVATE = ['Farmacia', 'Maria', '1234.56', 'aaaa6c5d']
const ACCOUNT = 'aaaa6c5d-0000-4000-8000-000000000002'
const TRANSACTION = { id: randomUUID(), description: 'Farmacia de Maria', amount: 1234.56, accountId: ACCOUNT }

/** Every response that Pluggy may give, with the account's data in it. */
const ANSWERS = [
  { json: { results: [TRANSACTION], next: null } },
  { json: { results: [TRANSACTION], next: '?Farmacia' } },
  { json: { results: TRANSACTION, next: null } },
  { json: { results: [{ ...TRANSACTION, id: null }], next: null } },
  { status: 302, json: TRANSACTION },
  { status: 302, json: { code: 'Maria', name: 'Maria', message: 'Maria' } },
  { status: 400, json: { codeDescription: 'of Maria', message: 'Farmacia', details: [TRANSACTION] } },
  { status: 400, json: { codeDescription: TRANSACTION } },
  { status: 401, json: TRANSACTION },
  { status: 404, json: { codeDescription: 'ACCOUNT_NOT_FOUND', message: `Maria has no ${ACCOUNT}` } },
  { status: 500, json: TRANSACTION },
]

const ITEM = randomUUID()

function payload(values) {
  return { event: 'transactions/created', eventId: randomUUID(), itemId: ITEM, ...values }
}

/** Returns the log lines for a response about transactions, and perhaps another one about their account. */
async function logOf(answer, body, ofAccount = { json: { itemId: ITEM } }) {
  const pluggy = await servePluggy(({ url }) => (url.startsWith('/accounts/') ? ofAccount : answer))
  const { consume } = await newConsumer({ PLUGGY_BASE_URL: pluggy.url })
  logged.length = 0
  await consume(body)
  return logged.join()
}

function assertQuiet(text) {
  assert.ok(text.includes('"message":"event '), text)
  for (const value of [...PRIVATE, credentials.clientSecret]) {
    assert.ok(!text.includes(value), text)
  }
}

test('the log has nothing of what Pluggy answers', async () => {
  for (const answer of ANSWERS) {
    assertQuiet(await logOf(answer, message(payload({ accountId: ACCOUNT }))))
    assertQuiet(await logOf(answer, message(payload({ accountId: ACCOUNT })), answer))
  }
})

test('the log has nothing of a message that cannot be used', async () => {
  for (const body of [
    'Farmacia de Maria',
    '{"Maria": Farmacia}',
    message(payload({ accountId: 'Maria' })),
    message(payload({ accountId: ACCOUNT, description: 'Farmacia' }), { 'detail-type': 'Maria' }),
    message({ ...payload({ accountId: ACCOUNT, transactionIds: ['Maria'] }), event: 'transactions/deleted' }),
  ]) {
    assertQuiet(await logOf(ANSWERS[0], body))
  }
})
