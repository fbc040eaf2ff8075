'use strict'

const { PluggyClient } = require('pluggy-sdk')

// The client also takes its base URL from the environment, from PLUGGY_API_URL.
const { PLUGGY_API_URL: url, PLUGGY_CLIENT_ID: clientId, PLUGGY_CLIENT_SECRET: clientSecret } = process.env

const RUNNING = ['UPDATING', 'MERGING']

// The client prints each error that it also throws.
console.error = () => {}

function newClient() {
  return new PluggyClient({ clientId, clientSecret })
}

/** Waits until an item needs nobody or needs the user, as the widget does. */
async function settled(client, id) {
  for (;;) {
    const item = await client.fetchItem(id)
    if (!RUNNING.includes(item.status)) {
      return item
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Sets the sandbox's switches; those not named are off. */
async function setSwitches(switches) {
  const response = await fetch(`${url}/sandbox/switches`, { method: 'PUT', body: JSON.stringify(switches) })
  if (!response.ok) {
    throw new Error(`the sandbox answered ${response.status}`)
  }
}

/** Lets the bank settle an account's newest transactions, or take back the oldest. */
async function changeTransactions(accountId, changes) {
  const path = `/sandbox/accounts/${accountId}/transactions`
  const response = await fetch(`${url}${path}`, { method: 'PATCH', body: JSON.stringify(changes) })
  if (!response.ok) {
    throw new Error(`the sandbox answered ${response.status}`)
  }
}

module.exports = { changeTransactions, clientId, newClient, setSwitches, settled, url }
