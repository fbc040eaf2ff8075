// The webhook function as a tuned handler in Node.js: checks the secret, and stores the event by one conditional put.
//
// Everything that init can do is done in init. The client keeps its connections, and takes region and credentials
// straight from the environment, so that it loads no chain of providers.

import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent } from "node:https";

import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";

const { env } = process;
const DAY = 86_400;

// With the bundle of the measurement, Node.js need not read its own roots, which it would on AWS.
const ca = env.LOOPBACK_CA_BUNDLE && readFileSync(env.LOOPBACK_CA_BUNDLE);
const client = new DynamoDBClient({
  region: env.AWS_REGION,
  endpoint: env.AWS_ENDPOINT_URL_DYNAMODB,
  credentials: {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    sessionToken: env.AWS_SESSION_TOKEN,
  },
  requestHandler: { httpsAgent: new Agent({ keepAlive: true, ca }) },
});
const accepted = Buffer.from(env.WEBHOOK_SECRET_SHA256, "hex");
const retention = Number(env.EVENT_RETENTION_DAYS) * DAY;

export async function handler(request) {
  const secret = request.headers[env.WEBHOOK_SECRET_HEADER] ?? "";
  if (!timingSafeEqual(createHash("sha256").update(secret).digest(), accepted)) {
    return { statusCode: 401 };
  }
  const body = request.isBase64Encoded ? Buffer.from(request.body, "base64").toString() : request.body;
  const event = JSON.parse(body);
  const now = Date.now();
  try {
    await client.send(
      new PutItemCommand({
        TableName: env.EVENT_TABLE,
        Item: {
          pk: { S: `ITEM#${event.itemId}` },
          sk: { S: event.eventId },
          schema: { N: "1" },
          event: { S: event.event },
          origin: { S: "webhook" },
          receivedAt: { N: `${now}` },
          expiresAt: { N: `${Math.floor(now / 1000) + retention}` },
          bodyEncoding: { S: "identity" },
          body: { B: Buffer.from(body) },
        },
        ConditionExpression: "attribute_not_exists(pk)",
      }),
    );
  } catch (error) {
    // A repeated delivery is stored already.
    if (!(error instanceof ConditionalCheckFailedException)) {
      throw error;
    }
  }
  console.log(JSON.stringify({ level: "INFO", message: "delivery answered", event: event.event }));
  return { statusCode: 200 };
}
