// Requests of the tests to the sandbox in place of Pluggy.

import { PluggyClient } from 'pluggy-sdk'

import { serve } from './server.mjs'

export const { PLUGGY_API_URL: url, PLUGGY_CLIENT_ID: clientId, PLUGGY_CLIENT_SECRET: clientSecret } = process.env

const received = []
const receiver = await serve((_, body) => {
  received.push(JSON.parse(body))
})
const newClient = () => new PluggyClient({ clientId, clientSecret })
const PATIENCE_MILLISECONDS = 30_000
const RUNNING = ['UPDATING', 'MERGING']

await setSwitches({ webhookCreatedWithOk: true })
// An event has five webhooks at most, and those of the files before have no receiver any more.
const { results: webhooks } = await newClient().fetchWebhooks()
for (const { id } of webhooks) await newClient().deleteWebhook(id)
await newClient().createWebhook('all', receiver.url)

/** Connects a bank, and returns the item and its bank account. */
export async function connect(user = 'user-ok') {
  const client = newClient()
  const item = await client.createItem(2, { user, password: 'password-ok' })
  await until(async () => !RUNNING.includes((await client.fetchItem(item.id)).status))
  const { results } = await client.fetchAccounts(item.id, 'BANK')
  return { itemId: item.id, accountId: results[0].id }
}

/** Starts an execution at Pluggy, which finds three more transactions. */
export async function sync(itemId) {
  await control('POST', `/items/${itemId}/sync`)
}

/** Makes the bank settle an account's newest transactions, or delete the oldest. */
export async function change(accountId, changes) {
  await control('PATCH', `/accounts/${accountId}/transactions`, changes)
}

/** Deletes the item at Pluggy, and its accounts with it. */
export async function remove(itemId) {
  await newClient().deleteItem(itemId)
}

/** Waits for `count` events with this name about the account, and returns their payloads. */
export async function payloads(event, accountId, count = 1) {
  const matching = () => received.filter((body) => body.event === event && body.accountId === accountId)
  await until(() => matching().length >= count)
  return matching()
}

/** Returns all transactions of the account as Pluggy has them now. */
export function transactions(accountId) {
  return newClient().fetchAllTransactions(accountId)
}

/** Returns the number of requests for transactions. */
export async function reads() {
  return (await control('GET', '/requests?method=GET&pathPrefix=/v2/transactions')).count
}

/** Returns the number of requests for a key. */
export async function authentications() {
  return (await control('GET', '/requests?method=POST&pathPrefix=/auth')).count
}

/** Makes the next requests for transactions fail. */
export async function fault(effect, times = 1) {
  await control('POST', '/faults', { method: 'GET', pathPrefix: '/v2/transactions', times, effect })
}

export async function expireKeys() {
  await control('POST', '/api-keys/expire')
}

export async function replaceSecret(value) {
  await control('PUT', '/client-secret', { clientSecret: value })
}

async function setSwitches(switches) {
  await control('PUT', '/switches', switches)
}

async function control(method, path, body) {
  const response = await fetch(`${url}/sandbox${path}`, { method, body: body && JSON.stringify(body) })
  const text = await response.text()
  if (!response.ok) {
    throw new Error(`the sandbox answered ${response.status} to ${method} ${path}`)
  }
  return text ? JSON.parse(text) : undefined
}

async function until(isSo) {
  const deadline = Date.now() + PATIENCE_MILLISECONDS
  while (!(await isSo())) {
    if (Date.now() > deadline) {
      throw new Error(`the sandbox did not come to it: ${isSo}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
