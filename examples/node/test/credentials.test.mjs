import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, beforeEach, test } from 'node:test'

import { credentials, idOf, logged, message, newConsumer, secret, table } from './consumer.mjs'
import { eventRow } from './rows.mjs'
import { authentications, connect, expireKeys, payloads, replaceSecret } from './sandbox.mjs'
import { servePluggy } from './server.mjs'

const other = { ...credentials, clientSecret: 'another-secret' }

let consume

beforeEach(async () => {
  secret.set(JSON.stringify(credentials))
  await replaceSecret(credentials.clientSecret)
  consume = (await newConsumer()).consume
  logged.length = 0
})

after(() => replaceSecret(credentials.clientSecret))

async function created() {
  const { accountId } = await connect()
  const [body] = await payloads('transactions/created', accountId)
  return message(body)
}

/** Returns how many keys were requested, and how often the secret was read, during the work. */
async function costs(work) {
  const before = [await authentications(), secret.reads()]
  await work()
  return { keys: (await authentications()) - before[0], reads: secret.reads() - before[1] }
}

test('the secret is read once, and once more when a key has ended', async () => {
  const [first, second, third] = [await created(), await created(), await created()]

  const before = await costs(async () => assert.deepEqual(await consume(first, second), []))
  await expireKeys()
  const after = await costs(async () => assert.deepEqual(await consume(third), []))

  assert.deepEqual([before, after], [{ keys: 1, reads: 1 }, { keys: 1, reads: 1 }])
})

test('a secret that was replaced is read without a restart', async () => {
  const [first, second] = [await created(), await created()]
  assert.deepEqual(await consume(first), [])
  await replaceSecret(other.clientSecret)
  await expireKeys()
  secret.set(JSON.stringify(other))

  assert.deepEqual(await consume(second), [])
})

test('credentials that Pluggy refuses are not tried again for a minute', async (t) => {
  const [first, second] = [await created(), await created()]
  await replaceSecret(other.clientSecret)
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })

  const storm = await costs(async () => assert.deepEqual(await consume(first, second, first), [0, 1, 2]))
  secret.set(JSON.stringify(other))
  t.mock.timers.tick(59_999)
  const quiet = await costs(async () => assert.deepEqual(await consume(first), [0]))
  t.mock.timers.tick(1)
  assert.deepEqual(await consume(first, second), [])

  assert.deepEqual([storm, quiet], [{ keys: 1, reads: 1 }, { keys: 0, reads: 0 }])
  const text = logged.join()
  assert.equal(text.split('pluggy answered 401').length, 5, text)
  assert.ok(!text.includes(credentials.clientSecret) && !text.includes(other.clientSecret), text)
})

test('a key that was refused as soon as it was made is not followed by another', async () => {
  const pluggy = await servePluggy(() => ({ status: 401, json: {} }))
  consume = (await newConsumer({ PLUGGY_BASE_URL: pluggy.url })).consume
  const accountId = randomUUID()
  const body = message({ event: 'transactions/created', eventId: randomUUID(), accountId })

  assert.deepEqual(await consume(body, body), [0, 1])

  assert.deepEqual(pluggy.requests.map(({ url }) => url), ['/auth', `/accounts/${accountId}`])
})

test('with the secret of another application, Pluggy is not asked and nothing is lost', async () => {
  const body = { event: 'transactions/created', eventId: randomUUID(), accountId: randomUUID() }
  const clientId = randomUUID()

  for (const text of [JSON.stringify({ ...credentials, clientId }), '{"clientSecret":"hush"}']) {
    secret.set(text)
    const cost = await costs(async () => assert.deepEqual(await consume(message(body)), [0]))
    assert.deepEqual(cost, { keys: 0, reads: 1 })
  }

  assert.equal(await eventRow(table, idOf(body)), undefined)
  const text = logged.join()
  assert.equal(text.split('another application than PLUGGY_CLIENT_ID').length, 3, text)
  assert.ok(![clientId, credentials.clientId, 'hush'].some((value) => text.includes(value)), text)
})

test('an application is the same in any case', async () => {
  const body = await created()
  secret.set(JSON.stringify({ ...credentials, clientId: credentials.clientId.toUpperCase() }))

  assert.deepEqual(await consume(body), [])
})

test('a secret that cannot be read is not quoted in the log', async () => {
  const body = await created()
  secret.set('clientSecret=hush')

  assert.deepEqual(await consume(body), [0])

  const text = logged.join()
  assert.ok(text.includes('SyntaxError'), text)
  assert.ok(!text.includes('clientSecret'), text)
})
