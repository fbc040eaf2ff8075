// The table of the transactions, and of the events that are applied.

import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'

import { AWS_OPTIONS } from './aws.mjs'

const DAY_SECONDS = 24 * 60 * 60
// Longer than anything can come again: events are kept for 30 days, and each of two queues keeps a message for 14.
const KEPT_SECONDS = 60 * DAY_SECONDS

/** The rows of the table `name`. */
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

  return {
    /** Whether the event was applied before. */
    async isApplied(eventId) {
      const command = new GetCommand({ TableName: name, Key: eventKey(eventId), ConsistentRead: true })
      return (await client.send(command)).Item !== undefined
    },

    /** Remembers that the event is applied. */
    async setApplied({ id, detailType, accountId, transactions }) {
      const row = { ...eventKey(id), detailType, accountId, transactions, expiresAt: expiry(Date.now()) }
      await put(row, { ConditionExpression: 'attribute_not_exists(pk)' })
    },

    /** Puts a transaction as it was read, unless it was deleted or what is there was read later. */
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

    /** A deleted transaction leaves a marker, so that a read from before cannot bring it back. */
    async remove({ accountId, id, fetchedAt }) {
      await put({ ...transactionKey(accountId, id), deleted: true, fetchedAt, expiresAt: expiry(fetchedAt) })
    },
  }
}

function eventKey(id) {
  return { pk: `EVENT#${id}`, sk: `EVENT#${id}` }
}

function transactionKey(accountId, id) {
  return { pk: `ACCOUNT#${accountId}`, sk: `TRANSACTION#${id.toLowerCase()}` }
}

function expiry(milliseconds) {
  return Math.floor(milliseconds / 1000) + KEPT_SECONDS
}

/** A number as text: a database that reads it as a decimal loses nothing by it. */
function amount(value) {
  return typeof value === 'number' ? String(value) : undefined
}

function time(value) {
  const date = new Date(value ?? NaN)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

/** The client turns whatever looks like a time into one, a description included. */
function text(value) {
  return value instanceof Date ? value.toISOString() : (value ?? undefined)
}
