'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { newClient, settled } = require('./sandbox')

const client = newClient()

test('a connection by Open Finance has a consent', async () => {
  let item = await client.createItem(601, { cpf: '00000000000' })
  while (item.lastUpdatedAt === null) {
    item = await settled(client, item.id)
  }

  const { results, total } = await client.fetchConsents(item.id)

  assert.equal(total, 1)
  const [consent] = results
  assert.equal(consent.itemId, item.id)
  assert.deepEqual(consent.products, item.products)
  assert.ok(consent.openFinancePermissionsGranted.includes('ACCOUNTS_BALANCES'))
  assert.ok(consent.createdAt instanceof Date)
  assert.equal(consent.expiresAt, null)
  assert.deepEqual(await client.fetchConsent(consent.id), consent)
})

test('an unknown consent is not found', async () => {
  await assert.rejects(client.fetchConsent('9a7b6c5d-0000-4000-8000-00000000ffff'), {
    code: 404,
    codeDescription: 'CONSENT_NOT_FOUND',
  })
})
