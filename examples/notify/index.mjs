// Notifies a user whose bank connection needs them, once for each reason. A message on the topic has the user's id and the
// reason, and nothing else. Subscribe what knows how to reach the user: your mailer, or a queue of your app.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'

const { TABLE: TableName, TOPIC_ARN: TopicArn } = process.env
const NEEDS_THE_USER = ['answer_mfa', 'authorize_device', 'act_at_bank', 'reconnect', 'update', 'connect_again']
const KEPT_SECONDS = 60 * 24 * 60 * 60
const table = DynamoDBDocumentClient.from(new DynamoDBClient())
const sns = new SNSClient()

/** Replace it by your own way to reach a user. */
const notify = (message) => sns.send(new PublishCommand({ TopicArn, Message: JSON.stringify(message) }))

/** Handles one message of the queue. A failed one comes again. */
export async function handler({ Records: [{ body }] }) {
  const { schemaVersion, itemId: pk, owner, observedAt: time, nextAction } = JSON.parse(body).detail
  if (schemaVersion !== 1) throw new Error('the event has another schema')
  const observedAt = Date.parse(time)
  const { Item: last } = await table.send(new GetCommand({ TableName, Key: { pk }, ConsistentRead: true }))
  // A repetition, or older than what is known: events come in any order.
  if (observedAt <= last?.observedAt) return
  const reason = owner && NEEDS_THE_USER.includes(nextAction?.kind) ? nextAction.reason : null
  if (reason && reason !== last?.reason) await notify({ user: owner, reason })
  const Item = { pk, observedAt, reason, expiresAt: Math.floor(Date.now() / 1000) + KEPT_SECONDS }
  const ConditionExpression = 'attribute_not_exists(pk) OR observedAt < :observedAt'
  const ExpressionAttributeValues = { ':observedAt': observedAt }
  // Afterwards, so that an interrupted notification is made again.
  await table.send(new PutCommand({ TableName, Item, ConditionExpression, ExpressionAttributeValues }))
}
