'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { User, settled } = require('./stack')

const PLAIN = 2
const TWO_STEPS = 5
const login = (user) => ({ user, password: 'password-ok' })
const refusal = (status) => (error) => error.response.status === status

test('the connectors are listed, and one is chosen', async () => {
  const widget = await (await User.signedIn()).widget()

  const { results } = await widget.fetchConnectors({ sandbox: true, countries: ['BR'] })
  const chosen = await widget.fetchConnector(TWO_STEPS)

  assert.ok(results.some(({ id }) => id === chosen.id))
  assert.deepEqual(chosen.credentials.map(({ name }) => name), ['user', 'password'])
})

test('a connection is made and watched until it is there', async () => {
  const user = await User.signedIn()
  const widget = await user.widget()

  const created = await widget.createItem(PLAIN, login('user-ok'))
  const item = await settled(widget, created.id)

  assert.equal(item.executionStatus, 'SUCCESS')
  const shown = await user.itemIn('ready', created.id)
  assert.equal(shown.connector.id, PLAIN)
})

test('a code that the bank asks for is shown, asked for and accepted', async () => {
  const user = await User.signedIn()
  const widget = await user.widget()
  const created = await widget.createItem(TWO_STEPS, login('user-ok'))
  const waiting = await settled(widget, created.id)
  assert.equal(waiting.status, 'WAITING_USER_INPUT')
  const shown = await user.itemIn('waiting_user', created.id)
  assert.equal(shown.nextAction.kind, 'answer_mfa')
  assert.equal(shown.nextAction.prompt.label, waiting.parameter.label)
  assert.equal(shown.nextAction.prompt.type, waiting.parameter.type)

  await widget.updateItemMFA(created.id, { [waiting.parameter.name]: '123456' })

  assert.equal((await settled(widget, created.id)).executionStatus, 'SUCCESS')
  await user.itemIn('ready', created.id)
})

test('an interrupted prompt is answered with a token for the item', async () => {
  const user = await User.signedIn()
  const created = await (await user.widget()).createItem(TWO_STEPS, login('user-ok'))
  const shown = await user.itemIn('waiting_user', created.id)

  const widget = await user.widget(shown.nextAction.connectToken)
  const { parameter } = await widget.fetchItem(created.id)
  await widget.updateItemMFA(created.id, { [parameter.name]: '123456' })

  await user.itemIn('ready', created.id)
})

test('wrong credentials are corrected in update mode', async () => {
  const user = await User.signedIn()
  const first = await user.widget()
  const created = await first.createItem(PLAIN, login('nobody'))
  await settled(first, created.id)
  const { nextAction } = await user.itemIn('reconnect', created.id)
  assert.deepEqual(nextAction.connectToken, { itemId: created.id })

  const widget = await user.widget(nextAction.connectToken)
  await widget.updateItem(created.id, login('user-ok'))

  assert.equal((await settled(widget, created.id)).executionStatus, 'SUCCESS')
  await user.itemIn('ready', created.id)
})

test('a token reaches the items of its own connection only', async () => {
  const user = await User.signedIn()
  const first = await user.widget()
  const created = await first.createItem(PLAIN, login('user-ok'))
  await user.itemIn('ready', created.id)

  const another = await user.widget()
  const update = await user.widget({ itemId: created.id })

  assert.equal((await update.fetchItem(created.id)).id, created.id)
  await assert.rejects(another.fetchItem(created.id), refusal(403))
  await assert.rejects(update.createItem(PLAIN, login('user-ok')), refusal(403))
})
