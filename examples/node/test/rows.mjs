// A table on DynamoDB Local, and its rows.

import { randomUUID } from 'node:crypto'

import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'

Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_REGION: 'sa-east-1', AWS_SECRET_ACCESS_KEY: 'local' })

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}))

/** Creates a table as in examples/template.yaml, and returns its name. */
export async function newTable() {
  const TableName = `transactions-${randomUUID()}`
  const keys = [['pk', 'HASH'], ['sk', 'RANGE']]
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map(([AttributeName]) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys.map(([AttributeName, KeyType]) => ({ AttributeName, KeyType })),
    }),
  )
  return TableName
}

/** Returns the account's rows by the id of the transaction. */
export async function rowsOf(table, accountId) {
  const rows = {}
  let ExclusiveStartKey
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': `ACCOUNT#${accountId}` },
        ExclusiveStartKey,
      }),
    )
    page.Items.forEach((row) => (rows[row.sk.replace('TRANSACTION#', '')] = row))
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey)
  return rows
}

/** Returns the row of an applied event. */
export async function eventRow(table, id) {
  const Key = { pk: `EVENT#${id}`, sk: `EVENT#${id}` }
  return (await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))).Item
}
