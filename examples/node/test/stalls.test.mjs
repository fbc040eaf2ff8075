import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'

const LIMIT = { timeout: 30_000 }

/** Starts a server that accepts requests, and never starts or never ends its response. */
async function stalled(begin = () => {}) {
  const server = http.createServer((_, response) => begin(response)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  server.unref()
  return `http://127.0.0.1:${server.address().port}`
}

function beginAnswer(response) {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': '100' })
  response.write('{')
}

for (const [what, begin] of [['has no beginning', undefined], ['has no end', beginAnswer]]) {
  test(`an answer of AWS's that ${what} is not waited for`, LIMIT, async () => {
    const endpoint = await stalled(begin)
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
      AWS_MAX_ATTEMPTS: '1',
      AWS_REGION: 'sa-east-1',
      AWS_SECRET_ACCESS_KEY: 'local',
    })
    const { createTable } = await import('../table.mjs')
    const { createPluggy } = await import('../pluggy.mjs')
    const pluggy = createPluggy({ clientId: 'id', secretName: 'secret' })

    const asked = [createTable('transactions').isApplied('id'), pluggy.pages('account', {}).next()]

    for (const { reason } of await Promise.allSettled(asked)) {
      assert.equal(reason?.name, 'TimeoutError', String(reason))
    }
  })
}
