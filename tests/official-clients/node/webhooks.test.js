'use strict'

const assert = require('node:assert/strict')
const { after, before, test } = require('node:test')

const { newClient, setSwitches } = require('./sandbox')

const client = newClient()
const URL = 'https://hooks.example.com/node'

// This client takes every status but 200 for a failure, whereas Pluggy's OpenAPI document promises 201.
before(() => setSwitches({ webhookCreatedWithOk: true }))
after(() => setSwitches({}))

test('a webhook goes from its creation to its deletion', async () => {
  const created = await client.createWebhook('all', URL, { 'X-Webhook-Secret': 'secret' })
  assert.equal(created.url, URL)
  assert.equal(created.disabledAt, null)
  assert.ok(created.createdAt instanceof Date)

  const { results } = await client.fetchWebhooks()
  assert.deepEqual(results.find(({ id }) => id === created.id), created)

  const updated = await client.updateWebhook(created.id, { event: 'item/error', url: URL })
  assert.equal(updated.event, 'item/error')
  assert.deepEqual(updated.headers, { 'X-Webhook-Secret': 'secret' })

  await client.deleteWebhook(created.id)
  await assert.rejects(client.fetchWebhook(created.id), { code: 404, codeDescription: 'WEBHOOK_NOT_FOUND' })
})

test('a URL that is not https is refused', async () => {
  await assert.rejects(client.createWebhook('all', 'http://hooks.example.com/node'), { code: 400 })
})
