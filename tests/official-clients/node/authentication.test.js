'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { PluggyClient } = require('pluggy-sdk')

const { clientId, newClient, url } = require('./sandbox')

test('a key is requested once and used again', async () => {
  const count = async () => (await (await fetch(`${url}/sandbox/requests?method=POST&pathPrefix=/auth`)).json()).count
  const client = newClient()
  const before = await count()

  await client.fetchConnector(2)
  await client.fetchConnector(2)

  assert.equal(await count(), before + 1)
})

test('a wrong secret is refused', async () => {
  const client = new PluggyClient({ clientId, clientSecret: 'wrong' })

  await assert.rejects(client.fetchConnector(2), /401/)
})

test('a connect token carries the client id that the widget reads', async () => {
  const { accessToken } = await newClient().createConnectToken(undefined, { clientUserId: 'usr_01J9X' })

  const claims = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url'))
  assert.equal(claims.clientId, clientId)
  assert.equal(claims.exp - claims.iat, 30 * 60)
})

test('a connect token for an unknown item is refused', async () => {
  await assert.rejects(newClient().createConnectToken('5b0f6c5e-1c1e-4c2b-9d4e-6a1b2c3d4e5f'), {
    code: 404,
    codeDescription: 'ITEM_NOT_FOUND',
  })
})
