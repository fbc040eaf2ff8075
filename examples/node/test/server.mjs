// Servers of the tests, on this machine only.

import { once } from 'node:events'
import http from 'node:http'

const HOUR_SECONDS = 60 * 60

/** Starts a server that records its requests, and responds with `answer(request, body)`. */
export async function serve(answer) {
  const requests = []
  const server = http.createServer(async (request, response) => {
    const parts = await request.toArray()
    const body = Buffer.concat(parts).toString()
    requests.push({ method: request.method, url: request.url, headers: request.headers, body })
    const { status = 200, headers = {}, json } = answered(() => answer(request, body))
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(json === undefined ? '' : JSON.stringify(json))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // The server must not keep the test process alive.
  server.unref()
  return { url: `http://127.0.0.1:${server.address().port}`, requests }
}

/** Starts a fake of Pluggy that gives everybody a key, and responds to all other requests with `answer(request)`. */
export function servePluggy(answer) {
  return serve((request) => (request.url === '/auth' ? { json: { apiKey: newKey() } } : answer(request)))
}

/** Returns a key that Pluggy's client accepts. The client reads its expiry. */
function newKey() {
  const parts = [{ alg: 'HS256', typ: 'JWT' }, { exp: Math.floor(Date.now() / 1000) + HOUR_SECONDS }, 'signature']
  return parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
}

/** Wraps `answer` so that a failed expectation about a request reaches the client as a response. */
function answered(answer) {
  try {
    return answer() ?? {}
  } catch (error) {
    return { status: 500, json: { codeDescription: error.message } }
  }
}

/** Starts a fake Secrets Manager with one secret. `reads()` returns how often it was read. */
export async function serveSecret(arn, value) {
  const secret = { text: JSON.stringify(value) }
  const server = await serve((_, body) => {
    const { SecretId } = JSON.parse(body)
    return SecretId === arn
      ? { json: { ARN: arn, SecretString: secret.text } }
      : { status: 400, json: { __type: 'ResourceNotFoundException' } }
  })
  return { url: server.url, reads: () => server.requests.length, set: (text) => (secret.text = text) }
}
