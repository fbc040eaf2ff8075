// The table of the transactions and of the applied events.

import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'

import { AWS_OPTIONS } from './aws.mjs'

const DAY_SECONDS = 24 * 60 * 60
// Longer than any event can be delayed: events are kept for 30 days, and each of two queues keeps a message for 14.
const KEPT_SECONDS = 60 * DAY_SECONDS

/** Creates access to the rows of the table `name`. */
export function createTable(name) {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(AWS_OPTIONS), {
    marshallOptions: { removeUndefinedValues: true },
  })

  async function put(row, condition = {}) {
    try {
      await client.send(new PutCommand({ TableName: name, Item: row, ...condition }))
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) {
        throw error
      }
    }
  }

  async function exists(key) {
    const command = new GetCommand({ TableName: name, Key: key, ConsistentRead: true })
    return (await client.send(command)).Item !== undefined
  }

  return {
    /** Returns whether the event was applied before. */
    isApplied: (eventId) => exists(eventKey(eventId)),

    /** Returns whether the item's user was erased lately. */
    isErased: (itemId) => exists(erasedKey(itemId)),

    /** Stores that the item's user was erased, so that a fetch from before deletes what it stores. */
    async setErased(itemId) {
      await put({ ...erasedKey(itemId), expiresAt: expiry(Date.now()) })
    },

    /** Returns the keys of the items' transactions, page by page. It reads the whole table, which has no index by item. */
    async *keysOf(itemIds) {
      const wanted = new Set(itemIds)
      let ExclusiveStartKey
      do {
        const command = new ScanCommand({
          TableName: name,
          ConsistentRead: true,
          FilterExpression: 'attribute_exists(itemId)',
          ProjectionExpression: 'pk, sk, itemId',
          ExclusiveStartKey,
        })
        const page = await client.send(command)
        yield page.Items.filter(({ itemId }) => wanted.has(itemId)).map(({ pk, sk }) => ({ pk, sk }))
        ExclusiveStartKey = page.LastEvaluatedKey
      } while (ExclusiveStartKey)
    },

    /** Deletes a row. */
    async erase(key) {
      await client.send(new DeleteCommand({ TableName: name, Key: key }))
    },

    /** Stores that the event is applied. */
    async setApplied({ id, detailType, accountId, transactions }) {
      const row = { ...eventKey(id), detailType, accountId, transactions, expiresAt: expiry(Date.now()) }
      await put(row, { ConditionExpression: 'attribute_not_exists(pk)' })
    },

    /** Stores a transaction from a fetch, unless it was deleted or the row is from a later fetch. */
    async put({ accountId, itemId, transaction, fetchedAt }) {
      const row = {
        ...transactionKey(accountId, transaction.id),
        date: time(transaction.date),
        amount: amount(transaction.amount),
        description: text(transaction.description),
        status: text(transaction.status),
        itemId: itemId ?? undefined,
        fetchedAt,
      }
      await put(row, {
        ConditionExpression: 'attribute_not_exists(pk) OR (attribute_not_exists(#deleted) AND #fetchedAt <= :fetchedAt)',
        ExpressionAttributeNames: { '#deleted': 'deleted', '#fetchedAt': 'fetchedAt' },
        ExpressionAttributeValues: { ':fetchedAt': fetchedAt },
      })
    },

    /** Replaces a deleted transaction with a marker, so that an earlier fetch cannot restore it. */
    async remove({ accountId, id, fetchedAt }) {
      await put({ ...transactionKey(accountId, id), deleted: true, fetchedAt, expiresAt: expiry(fetchedAt) })
    },
  }
}

function eventKey(id) {
  return { pk: `EVENT#${id}`, sk: `EVENT#${id}` }
}

function erasedKey(itemId) {
  return { pk: `ERASED#${itemId}`, sk: `ERASED#${itemId}` }
}

function transactionKey(accountId, id) {
  return { pk: `ACCOUNT#${accountId}`, sk: `TRANSACTION#${id.toLowerCase()}` }
}

function expiry(milliseconds) {
  return Math.floor(milliseconds / 1000) + KEPT_SECONDS
}

/** Returns a number as text, so that a database that reads it as a decimal loses nothing. */
function amount(value) {
  return typeof value === 'number' ? String(value) : undefined
}

function time(value) {
  const date = new Date(value ?? NaN)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

/** Returns a value as text. The client turns everything that looks like a time into a date, descriptions included. */
function text(value) {
  return value instanceof Date ? value.toISOString() : (value ?? undefined)
}
