// The handler as Lambda runs it, with a table and a secret of its own, and the messages that it gets.

import { createHash, randomUUID } from 'node:crypto'

import { newTable } from './rows.mjs'
import { clientId, clientSecret, url } from './sandbox.mjs'
import { serveSecret } from './server.mjs'

const SECRET_NAME = 'pluggy-lambda/test'
/** As in examples/template.yaml. */
export const TIMEOUT_MILLISECONDS = 300_000

export const credentials = { clientId, clientSecret }
export const secret = await serveSecret(SECRET_NAME, credentials)
export const table = await newTable()

export { SECRET_NAME }

/**
 * The handler in an execution environment of its own, with these variables changed. It is given one batch, with so many
 * milliseconds left whenever it asks, and tells which of the messages failed, by their places.
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

/** What the console was told since the last time. */
export const logged = []
for (const level of ['debug', 'error', 'info', 'log', 'warn']) {
  console[level] = (...values) => logged.push(JSON.stringify(values))
}

/** The detail's id, as publish makes one: it is the event's, whenever and however often it is published. */
export const idOf = (body) => createHash('sha256').update(body?.eventId ?? randomUUID()).digest('hex')

/** The event on the bus for a payload of Pluggy's, as the queue has it. */
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
