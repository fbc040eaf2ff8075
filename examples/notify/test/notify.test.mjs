// The handler as Lambda runs it, on DynamoDB Local, with a fake SNS.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import { test } from 'node:test'

import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'

const TABLE = `notify-${randomUUID()}`
const TOPIC_ARN = 'arn:aws:sns:sa-east-1:123456789012:notify'
const sent = []
let failures = 0

const sns = http.createServer(async (request, response) => {
  const body = new URLSearchParams(Buffer.concat(await request.toArray()).toString())
  const fails = failures > 0
  if (fails) failures -= 1
  else sent.push([body.get('TopicArn'), JSON.parse(body.get('Message'))])
  response.writeHead(fails ? 400 : 200, { 'content-type': 'text/xml' })
  response.end(fails ? '' : '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>')
})
sns.listen(0, '127.0.0.1')
await once(sns, 'listening')
// The server must not keep the test process alive.
sns.unref()

Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_ENDPOINT_URL_SNS: `http://127.0.0.1:${sns.address().port}`,
  AWS_REGION: 'sa-east-1',
  AWS_SECRET_ACCESS_KEY: 'local',
  TABLE,
  TOPIC_ARN,
})
await new DynamoDBClient().send(
  new CreateTableCommand({
    TableName: TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  }),
)
const { handler } = await import('../index.mjs')

/** A new item and its user. `at(second, kind, reason)` returns a message about the item. */
function newItem() {
  const [itemId, owner] = [randomUUID(), `usr_${randomUUID()}`]
  const at = (second, kind, reason, changes = {}) => {
    const observedAt = new Date(Date.UTC(2026, 10, 23, 12, 0, second)).toISOString()
    const nextAction = kind && { kind, reason, messages: { pt: '...', en: '...' }, expiresAt: null }
    const detail = { schemaVersion: 1, id: randomUUID(), itemId, owner, observedAt, nextAction, ...changes }
    return JSON.stringify({ source: 'pluggy-lambda', 'detail-type': 'item.changed', detail })
  }
  return { owner, at }
}

/** Consumes messages one after the other. Returns what was published. */
async function published(...bodies) {
  sent.length = 0
  for (const body of bodies) await handler({ Records: [{ body }] })
  return sent.map(([topic, message]) => {
    assert.equal(topic, TOPIC_ARN)
    return message
  })
}

test('a user is notified of each reason once, with nothing but the id and the reason', async () => {
  const { owner, at } = newItem()

  const messages = await published(
    at(1, 'wait', 'first_execution'),
    at(2, 'answer_mfa', 'mfa_required'),
    at(3, 'answer_mfa', 'mfa_required'),
    at(4, 'reconnect', 'invalid_credentials'),
    at(5, 'none', 'up_to_date'),
    at(6, 'reconnect', 'invalid_credentials'),
  )

  const reasons = ['mfa_required', 'invalid_credentials', 'invalid_credentials']
  assert.deepEqual(messages, reasons.map((reason) => ({ user: owner, reason })))
})

test('the user is needed for every action that only they can take', async () => {
  const schema = JSON.parse(await readFile(new URL('../../../docs/reference/events/item.v1.schema.json', import.meta.url)))
  const kinds = schema.$defs.nextAction.properties.kind.enum

  const needed = []
  for (const kind of kinds) {
    if ((await published(newItem().at(1, kind, 'reason'))).length > 0) needed.push(kind)
  }

  const nobody = ['none', 'wait', 'wait_for_bank', 'contact_support']
  assert.deepEqual(needed, kinds.filter((kind) => !nobody.includes(kind)))
})

test('a repetition and an older event notify nobody', async () => {
  const { at } = newItem()
  const broken = at(2, 'reconnect', 'invalid_credentials')

  assert.equal((await published(broken, broken)).length, 1)
  assert.deepEqual(await published(at(3, 'none', 'up_to_date'), broken, at(1, 'answer_mfa', 'mfa_required')), [])
})

test('an interrupted notification is made again', async () => {
  const { at } = newItem()
  const broken = at(1, 'reconnect', 'invalid_credentials')

  failures = 1
  await assert.rejects(published(broken))

  assert.equal((await published(broken)).length, 1)
})

test('a user who becomes known later is notified then', async () => {
  const { owner, at } = newItem()

  assert.deepEqual(await published(at(1, 'reconnect', 'invalid_credentials', { owner: null })), [])
  const messages = await published(at(2, 'reconnect', 'invalid_credentials'))

  assert.deepEqual(messages, [{ user: owner, reason: 'invalid_credentials' }])
})

test('a deleted connection needs nobody, and another schema is for a person', async () => {
  const { at } = newItem()

  assert.deepEqual(await published(at(1, null)), [])
  await assert.rejects(published(at(2, 'reconnect', 'invalid_credentials', { schemaVersion: 2 })))
})

test('it has at most 30 lines of code', async () => {
  const text = await readFile(new URL('../index.mjs', import.meta.url), 'utf8')

  const code = text.split('\n').filter((line) => line.trim() && !/^\s*(\/\/|\/\*\*)/.test(line))

  assert.ok(code.length <= 30, String(code.length))
})
