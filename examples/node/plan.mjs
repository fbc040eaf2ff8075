// The plan for an event. This module calls no service.

import { chunks } from './chunks.mjs'

const SCHEMA_VERSION = 1
// The maximum number of ids in one request to Pluggy.
const IDS_AT_ONCE = 500

const EVENT_ID = /^[0-9a-f]{64}$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

/**
 * An event that no retry can repair. It is reported as failed all the same, so that it reaches the dead-letter queue.
 */
export class Unusable extends Error {}

/**
 * Plans the work for the event in a queue message. The plan has the `filters` of the transactions to fetch from Pluggy,
 * and the ids of the `deleted` ones; for an erased user it has the `erasedItems`. URLs in the payload are ignored: only ids and times are used. The `itemId` is a claim.
 */
export function plan(message) {
  const { 'detail-type': detailType, detail } = parsed(message)
  if (detail?.schemaVersion !== SCHEMA_VERSION || !EVENT_ID.test(detail.id)) {
    throw new Unusable('not an event of version 1')
  }
  const { body, id } = detail
  if (detailType === 'user.erased') {
    return { id, detailType, erasedItems: itemIds(detail) }
  }
  const itemId = detail.itemId == null ? undefined : uuid(detail.itemId, 'itemId')
  const event = { id, detailType, itemId, accountId: uuid(body?.accountId, 'accountId') }
  switch (detailType) {
    case 'webhook.transactions/created':
      return { ...event, filters: [{ createdAtFrom: time(body.transactionsCreatedAtFrom) }] }
    case 'webhook.transactions/updated':
      return { ...event, filters: withIds(transactionIds(body)) }
    case 'webhook.transactions/deleted':
      return { ...event, deleted: transactionIds(body), filters: withIds(transactionIds(body)) }
    default:
      throw new Unusable('not an event about transactions')
  }
}

function withIds(all) {
  return [...chunks(all, IDS_AT_ONCE)].map((ids) => ({ ids }))
}

function parsed(message) {
  try {
    return JSON.parse(message) ?? {}
  } catch {
    throw new Unusable('not JSON')
  }
}

function transactionIds({ transactionIds: ids }) {
  if (!Array.isArray(ids)) {
    throw new Unusable('no transactionIds')
  }
  return [...new Set(ids.map((id) => uuid(id, 'id of a transaction')))]
}

function itemIds({ itemIds: ids }) {
  if (!Array.isArray(ids)) {
    throw new Unusable('no itemIds')
  }
  return ids.map((id) => uuid(id, 'id of an item'))
}

/** Returns a valid id. Ids become parts of requests and keys, so they are validated. */
function uuid(value, name) {
  if (typeof value !== 'string' || !UUID.test(value)) {
    throw new Unusable(`no ${name}`)
  }
  return value.toLowerCase()
}

/**
 * Returns a time as Pluggy accepts it, truncated to milliseconds. Without a time, the fetch starts at the beginning,
 * which only costs more.
 */
function time(value) {
  const date = typeof value === 'string' && TIME.test(value) ? new Date(value) : undefined
  return date && !Number.isNaN(date.getTime()) ? date.toISOString() : undefined
}
