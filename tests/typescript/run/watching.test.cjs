'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { load } = require('./pages.cjs')
const { ITEM_ID, World } = require('./world.cjs')

/** The widget's class, of which the page's callbacks are called. */
class Widget {
  static opened
  constructor(options) {
    Widget.opened = options
  }
  async init() {}
}

const { connectApi } = load('connect-api.ts')
const { repair } = load('repair.ts', { 'pluggy-connect-sdk': { PluggyConnect: Widget } })
const { watchItem } = load('watch-item.ts')
const { widgetCallbacks } = load('widget-callbacks.ts')

const item = { id: ITEM_ID, connector: { id: 201 } }
const api = () => connectApi('https://api.example.com', async () => 'user-token')
const event = (name, more) => ({ event: name, timestamp: 1, ...more })

/** What a page shows that repairs a connection, and the widget's callbacks. */
async function repairing() {
  const shown = []
  const left = new AbortController()
  const page = { show: ({ phase }) => shown.push(phase), failed: assert.ifError, left: left.signal }
  await repair(api(), { nextAction: { connectToken: { itemId: ITEM_ID } } }, page)
  return { shown, left, widget: Widget.opened }
}

/** A connection that the user repairs at a time in seconds: seen five seconds late, ready after half a minute. */
const repairedAt = (seconds) => (now) => {
  if (now < seconds + 5) return [200, 'reconnect']
  return now < seconds + 30 ? [200, 'updating', 3] : [200, 'ready']
}

test('a repaired connection is shown until it is ready', async () => {
  const world = new World(repairedAt(10))
  const { shown, widget } = await repairing()

  widget.onEvent(event('ITEM_RESPONSE', { item }))
  await world.passTo()

  assert.deepEqual(shown, ['reconnect', 'updating', 'ready'])
})

test('a user who takes long over the password sees the result nevertheless', async () => {
  for (const word of [
    (widget) => widget.onEvent(event('SUBMITTED_MFA')),
    (widget) => widget.onEvent(event('LOGIN_SUCCESS', { item })),
    (widget) => widget.onSuccess({ item }),
    (widget) => widget.onError({ message: '', data: { item } }),
  ]) {
    const world = new World(repairedAt(600))
    const { shown, widget } = await repairing()
    widget.onEvent(event('ITEM_RESPONSE', { item }))
    await world.passTo(600)
    assert.deepEqual(shown, ['reconnect'])

    word(widget)
    await world.passTo()

    assert.deepEqual(shown, ['reconnect', 'reconnect', 'updating', 'ready'])
  }
})

test('what has settled is left alone after two minutes', async () => {
  const world = new World(() => [200, 'ready'])
  const { widget } = await repairing()

  widget.onSuccess({ item })
  await world.passTo()

  assert.ok(world.asked.at(-1) >= 120 && world.asked.at(-1) < 130, `${world.asked.at(-1)}`)
})

test('a word about an item that is watched does not watch it twice', async () => {
  const world = new World(() => [200, 'ready'])
  const { widget } = await repairing()

  widget.onEvent(event('ITEM_RESPONSE', { item }))
  widget.onSuccess({ item })
  await world.passTo()

  const [, second, ...later] = world.asked
  assert.ok(later.every((at, index) => at - (later[index - 1] ?? second) >= 4), `${world.asked}`)
})

test('nobody watches after the page was left', async () => {
  const world = new World(() => [200, 'updating', 3])
  const { left, widget } = await repairing()
  widget.onSuccess({ item })
  await world.passTo(10)
  const { length } = world.asked

  left.abort()
  widget.onSuccess({ item })
  await world.passTo(60)

  assert.equal(world.asked.length, length)
})

test('a busy API is asked less and less often, up to a minute', async () => {
  const world = new World((now) => (now < 300 ? [503] : [200, 'ready']))
  const shown = []

  const watching = watchItem(api(), ITEM_ID, ({ phase }) => shown.push(phase), new AbortController().signal)
  await world.passTo()
  await watching

  const pauses = world.asked.slice(1).map((at, index) => at - world.asked[index])
  const [first, second] = pauses
  assert.ok(first >= 8 && second >= 16, `${pauses}`)
  assert.ok(Math.max(...pauses) >= 60 && Math.max(...pauses) <= 72, `${pauses}`)
  assert.deepEqual(shown, ['ready'])
})

test('a connection that is not found for two minutes is an error', async () => {
  const world = new World(() => [404])

  const watching = watchItem(api(), ITEM_ID, assert.fail, new AbortController().signal)
  const outcome = assert.rejects(watching, { name: 'Error', status: 404 })
  await world.passTo()

  await outcome
  assert.ok(world.asked.at(-1) >= 120, `${world.asked.at(-1)}`)
})

test('each event names the bank that was chosen last', async () => {
  const world = new World(() => [200, 'ready'])
  const widget = widgetCallbacks(api(), () => undefined, assert.fail)

  widget.onOpen()
  widget.onEvent(event('SELECTED_INSTITUTION', { connector: { id: 2 } }))
  widget.onEvent(event('SUBMITTED_LOGIN'))
  widget.onEvent(event('ITEM_RESPONSE', { item }))
  widget.onEvent(event('ITEM_RESPONSE', { item }))
  widget.onError({ message: 'of a person', data: { item: { id: ITEM_ID, executionStatus: 'ACCOUNT_LOCKED' } } })
  widget.onEvent(event('SELECTED_INSTITUTION', { connector: { id: 3 } }))
  widget.onClose()
  await world.passTo(1)

  const named = ({ event, connectorId, code }) => [event, connectorId, code]
  assert.deepEqual(world.relayed.map(named), [
    ['onOpen', undefined, undefined],
    ['SELECTED_INSTITUTION', 2, undefined],
    ['SUBMITTED_LOGIN', 2, undefined],
    ['ITEM_RESPONSE', 201, undefined],
    ['onError', 201, 'ACCOUNT_LOCKED'],
    ['SELECTED_INSTITUTION', 3, undefined],
    ['onClose', 3, undefined],
  ])
  assert.ok(!JSON.stringify(world.relayed).includes('of a person'))
})
