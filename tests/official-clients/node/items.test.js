'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { newClient, settled } = require('./sandbox')

const client = newClient()
const login = (user) => ({ user, password: 'password-ok' })

test('an item goes from its creation to its deletion', async () => {
  const created = await client.createItem(2, login('user-ok'), { clientUserId: 'usr_01J9X' })
  assert.equal(created.status, 'UPDATING')
  assert.equal(created.clientUserId, 'usr_01J9X')

  const item = await settled(client, created.id)
  assert.equal(item.status, 'UPDATED')
  assert.equal(item.executionStatus, 'SUCCESS')
  assert.ok(item.lastUpdatedAt instanceof Date)

  const updating = await client.updateItem(item.id)
  assert.equal(updating.status, 'UPDATING')
  await settled(client, item.id)

  await client.deleteItem(item.id)
  await assert.rejects(client.fetchItem(item.id), { code: 404, codeDescription: 'ITEM_NOT_FOUND' })
})

test('a partial success says which product is missing', async () => {
  const created = await client.createItem(2, login('user-ok-account-error'))

  const item = await settled(client, created.id)

  assert.equal(item.executionStatus, 'PARTIAL_SUCCESS')
  assert.equal(item.statusDetail.accounts.isUpdated, false)
})

test('a two-step login goes on after the right answer', async () => {
  const created = await client.createItem(5, login('user-ok'))
  const waiting = await settled(client, created.id)
  assert.equal(waiting.status, 'WAITING_USER_INPUT')
  assert.ok(waiting.parameter.expiresAt instanceof Date)

  await client.updateItemMFA(waiting.id, { [waiting.parameter.name]: '123456' })

  assert.equal((await settled(client, created.id)).executionStatus, 'SUCCESS')
})

test('wrong credentials cause a login error, and new ones resolve it', async () => {
  const created = await client.createItem(2, login('nobody'))
  const failed = await settled(client, created.id)
  assert.equal(failed.status, 'LOGIN_ERROR')
  assert.equal(failed.error.code, 'INVALID_CREDENTIALS')

  await client.updateItem(failed.id, login('user-ok'))

  assert.equal((await settled(client, created.id)).status, 'UPDATED')
})

test('a pending device authorization is outdated with the data to show', async () => {
  const created = await client.createItem(219, login('user-ok-auth-pending'))

  const item = await settled(client, created.id)

  assert.equal(item.status, 'OUTDATED')
  assert.equal(item.error.code, 'USER_AUTHORIZATION_PENDING')
  assert.ok(Object.keys(item.error.attributes).length > 0)
})

test('missing parameters are named', async () => {
  await assert.rejects(client.createItem(2, { user: 'user-ok' }), (error) => {
    assert.equal(error.codeDescription, 'CONNECTOR_VALIDATION_ERROR')
    assert.deepEqual(error.details.map(({ parameter }) => parameter), ['password'])
    return true
  })
})

test('an id that is none is a bad request', async () => {
  await assert.rejects(client.fetchItem('not-an-id'), { code: 400 })
})
