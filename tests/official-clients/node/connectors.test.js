'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { newClient } = require('./sandbox')

const client = newClient()

test('connectors are listed, sandbox ones only when asked for', async () => {
  const live = await client.fetchConnectors({})
  const all = await client.fetchConnectors({ sandbox: true, types: ['PERSONAL_BANK', 'BUSINESS_BANK'] })

  assert.ok(live.results.every((connector) => !connector.isSandbox))
  assert.ok(all.total > live.total)
  assert.ok(all.results[0].createdAt instanceof Date)
})

test('a connector is shown with its credentials and health', async () => {
  const connector = await client.fetchConnector(4)

  assert.equal(connector.health.status, 'ONLINE')
  assert.deepEqual(connector.credentials.map(({ name }) => name), ['user', 'password', 'token'])
})

test('parameters are validated before an item is made', async () => {
  const { errors } = await client.validateParameters(4, { user: 'user-ok', password: 'password-ok', token: '1' })

  assert.deepEqual(errors.map(({ parameter }) => parameter), ['token'])
})

test('an unknown connector is not found', async () => {
  await assert.rejects(client.fetchConnector(999), { code: 404, codeDescription: 'CONNECTOR_NOT_FOUND' })
})
