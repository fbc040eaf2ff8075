// The handler as Lambda runs it, with its own table and secret, and messages for it.

import { createHash, randomUUID } from 'node:crypto'

import { newTable } from './rows.mjs'
import { clientId, clientSecret, url } from './sandbox.mjs'
import { serveSecret } from './server.mjs'

const SECRET_NAME = 'pluggy-lambda/test'
/** The same as in examples/template.yaml. */
export const TIMEOUT_MILLISECONDS = 300_000

export const credentials = { clientId, clientSecret }
export const secret = await serveSecret(SECRET_NAME, credentials)
export const table = await newTable()

export { SECRET_NAME }

/**
 * Creates the handler in its own execution environment, with these variables changed. `consumeWithin` passes it one batch
 * and a function that returns the remaining milliseconds. It returns the positions of the failed messages.
 */
export async function newConsumer(changes = {}) {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secret.url,
    PLUGGY_BASE_URL: url,
    PLUGGY_CLIENT_ID: clientId,
    PLUGGY_SECRET_NAME: SECRET_NAME,
    TRANSACTION_TABLE: table,
    ...changes,
  })
  const { handler } = await import(`../index.mjs?${randomUUID()}`)
  const consumeWithin = async (getRemainingTimeInMillis, ...bodies) => {
    const Records = bodies.map((body, index) => ({ messageId: String(index), body }))
    const { batchItemFailures } = await handler({ Records }, { getRemainingTimeInMillis })
    return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier))
  }
  return { consumeWithin, consume: (...bodies) => consumeWithin(() => TIMEOUT_MILLISECONDS, ...bodies) }
}

export const { consume, consumeWithin } = await newConsumer()

/** The lines that the console got since the last clear. */
export const logged = []
for (const level of ['debug', 'error', 'info', 'log', 'warn']) {
  console[level] = (...values) => logged.push(JSON.stringify(values))
}

/** Returns the detail's id, as publish makes one. It belongs to the event, and is the same at each publication. */
export const idOf = (body) => createHash('sha256').update(body?.eventId ?? randomUUID()).digest('hex')

/** Returns the queue message with the bus event for a payload of Pluggy's. */
export function message(body, changes = {}) {
  const detail = {
    schemaVersion: 1,
    id: idOf(body),
    event: body.event,
    receivedAt: '2026-11-23T12:00:00.123Z',
    itemId: body.itemId,
    body,
    truncated: false,
    bodyReference: null,
  }
  return JSON.stringify({
    version: '0',
    id: randomUUID(),
    source: 'pluggy-lambda',
    'detail-type': `webhook.${body.event}`,
    detail,
    ...changes,
  })
}
