import assert from 'node:assert/strict'
import { test } from 'node:test'

import { SECRET_NAME, consume, credentials, message, table } from './consumer.mjs'
import { rowsOf } from './rows.mjs'
import { connect, payloads } from './sandbox.mjs'
import { serve, servePluggy } from './server.mjs'

const { createPluggy } = await import('../pluggy.mjs')
const { Refusal } = await import('../refusal.mjs')

const ACCOUNT = 'aaaa6c5d-0000-4000-8000-000000000002'

/** Reads all pages from a fake of Pluggy. */
async function readFrom(answer) {
  const server = await servePluggy(({ url }) => answer(new URL(url, 'http://pluggy')))
  const pluggy = createPluggy({ baseUrl: server.url, clientId: credentials.clientId, secretName: SECRET_NAME })
  const ids = []
  const read = async () => {
    for await (const { transactions } of pluggy.pages(ACCOUNT, {})) {
      ids.push(...transactions.map(({ id }) => id))
    }
  }
  const error = await read().catch((error) => error)
  const asked = server.requests.filter(({ url }) => url !== '/auth').map(({ url }) => url)
  return { ids, error, asked }
}

test('an address in the payload is never asked', async () => {
  const elsewhere = await serve(() => ({ json: { results: [], next: null } }))
  const { accountId } = await connect()
  const [body] = await payloads('transactions/created', accountId)
  const hostile = {
    ...body,
    createdTransactionsLink: `${elsewhere.url}/transactions?accountId=${accountId}`,
    createdTransactionsLinkV2: `${elsewhere.url}/v2/transactions?accountId=${accountId}`,
  }

  assert.deepEqual(await consume(message(hostile)), [])

  assert.deepEqual(elsewhere.requests, [])
  assert.equal(Object.keys(await rowsOf(table, accountId)).length, 20)
})

test('of the address of the next page, only the cursor is taken', async () => {
  const elsewhere = await serve(() => ({ json: { results: [], next: null } }))
  const cursor = 'a+b/c=&accountId=x'
  const next = `${elsewhere.url}/v2/transactions?after=${encodeURIComponent(cursor)}`

  const pages = [
    { after: null, json: { results: [{ id: 'first' }], next } },
    { after: cursor, json: { results: [{ id: 'second' }], next: null } },
  ]

  const { ids, asked, error } = await readFrom(({ searchParams }) => {
    const { after, json } = pages.shift()
    assert.equal(searchParams.get('after'), after)
    assert.deepEqual(searchParams.getAll('accountId'), [ACCOUNT])
    return { json }
  })

  assert.equal(error, undefined)
  assert.deepEqual(ids, ['first', 'second'])
  assert.equal(asked.length, 2)
  assert.deepEqual(elsewhere.requests, [])
})

test('a redirect is not followed', async () => {
  const elsewhere = await serve(() => ({ json: { results: [], next: null } }))

  const account = { codeDescription: 'ACCOUNT_NOT_FOUND' }
  const seemsGone = { response: { statusCode: 404, body: account } }
  for (const json of [undefined, {}, null, { results: [], next: null }, seemsGone]) {
    const { ids, asked, error } = await readFrom(() => ({ status: 302, headers: { location: elsewhere.url }, json }))

    assert.deepEqual(ids, [])
    assert.ok(error instanceof Refusal, JSON.stringify(json))
    assert.equal(error.message, 'pluggy answered 3xx')
    assert.equal(asked.length, 1)
  }

  assert.deepEqual(elsewhere.requests, [])
})

test('a next page without a cursor is a failure, since the list would seem to end', async () => {
  const { error } = await readFrom(() => ({ json: { results: [], next: '?accountId=x' } }))

  assert.ok(error instanceof Refusal)
})
