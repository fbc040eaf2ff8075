import assert from 'node:assert/strict'
import { after, test } from 'node:test'

import { consume, credentials, logged, message, secret } from './consumer.mjs'
import { connect, expireKeys, payloads, replaceSecret } from './sandbox.mjs'

after(() => replaceSecret(credentials.clientSecret))

async function created() {
  const { accountId } = await connect()
  const [body] = await payloads('transactions/created', accountId)
  return message(body)
}

test('the secret is read once, and once more when a key has ended', async () => {
  const [first, second, third] = [await created(), await created(), await created()]

  assert.deepEqual(await consume(first, second), [])
  assert.equal(secret.reads(), 1)

  await expireKeys()
  assert.deepEqual(await consume(third), [])
  assert.equal(secret.reads(), 2)
})

test('a secret that was replaced is read without a restart', async () => {
  const [first, second] = [await created(), await created()]
  await replaceSecret('another-secret')
  await expireKeys()
  logged.length = 0

  assert.deepEqual(await consume(first), [0])
  secret.set(JSON.stringify({ ...credentials, clientSecret: 'another-secret' }))
  assert.deepEqual(await consume(first, second), [])

  await replaceSecret(credentials.clientSecret)
  const text = logged.join()
  assert.ok(text.includes('pluggy answered 401'), text)
  assert.ok(!text.includes(credentials.clientSecret) && !text.includes('another-secret'), text)
})

test('a secret that cannot be read is not quoted in the log', async () => {
  const body = await created()
  await expireKeys()
  secret.set('clientSecret=hush')
  logged.length = 0

  assert.deepEqual(await consume(body), [0])

  const text = logged.join()
  assert.ok(text.includes('SyntaxError'), text)
  assert.ok(!text.includes('clientSecret'), text)
})
