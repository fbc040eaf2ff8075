'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { load } = require('./pages.cjs')
const { rendering } = require('./react.cjs')
const { ITEM_ID, World } = require('./world.cjs')

const OTHER_ID = '9a7b6c5d-0000-4000-8000-000000000002'

const { connectApi } = load('connect-api.ts')
const api = () => connectApi('https://api.example.com', async () => 'user-token')

let component
const hooks = {
  useState: (first) => component.react.useState(first),
  useEffect: (...given) => component.react.useEffect(...given),
}
const { useItem } = load('use-item.tsx', { react: hooks })

/** What the component shows of the item, from a rendering on. */
const phases = (from) => component.shown.slice(from).map(({ item }) => item?.phase)

test('a new word about the same item shows what has become of it', async () => {
  const world = new World((now) => [200, now < 605 ? 'reconnect' : 'ready'])
  const client = api()
  component = rendering(useItem)
  component.render(client, { itemId: ITEM_ID })
  await world.passTo(600)
  assert.equal(phases().at(-1), 'reconnect')

  const before = component.shown.length
  component.render(client, { itemId: ITEM_ID })
  await world.passTo()

  assert.equal(phases().at(-1), 'ready')
  assert.ok(!phases(before).includes(undefined), 'what was known stays on the screen meanwhile')
})

test('nothing of one item is shown for another', async () => {
  const world = new World(() => [200, 'ready'])
  const client = api()
  component = rendering(useItem)
  component.render(client, { itemId: ITEM_ID })
  await world.passTo(10)

  const before = component.shown.length
  component.render(client, { itemId: OTHER_ID })
  assert.deepEqual(new Set(phases(before)), new Set([undefined]))
  await world.passTo()

  assert.equal(component.shown.at(-1).item.itemId, OTHER_ID)
})

test('an error is forgotten with the item that it was about', async () => {
  const world = new World((now) => (now < 300 ? [403] : [200, 'ready']))
  const client = api()
  component = rendering(useItem)
  component.render(client, { itemId: ITEM_ID })
  await world.passTo(300)
  assert.equal(component.shown.at(-1).error.status, 403)

  component.render(client, { itemId: OTHER_ID })
  await world.passTo()

  assert.equal(component.shown.at(-1).error, undefined)
  assert.equal(component.shown.at(-1).item.phase, 'ready')
})

test('a second item that cannot be watched is an error', async () => {
  const world = new World((now) => (now < 300 ? [200, 'ready'] : [403]))
  const client = api()
  component = rendering(useItem)
  component.render(client, { itemId: ITEM_ID })
  await world.passTo(300)

  component.render(client, { itemId: OTHER_ID })
  await world.passTo()

  assert.equal(component.shown.at(-1).error?.status, 403)
  assert.equal(component.shown.at(-1).item, undefined)
})

test('nobody watches when the component is gone', async () => {
  const world = new World(() => [200, 'updating', 3])
  component = rendering(useItem)
  component.render(api(), { itemId: ITEM_ID })
  await world.passTo(10)
  const { length } = world.asked

  component.unmount()
  await world.passTo(60)

  assert.equal(world.asked.length, length)
})
