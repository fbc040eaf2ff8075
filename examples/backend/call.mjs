// Calls the API in the name of a user, signed with the credentials of your backend's role.

import { Sha256 } from '@aws-crypto/sha256-js'
import { defaultProvider } from '@aws-sdk/credential-provider-node'
import { SignatureV4 } from '@smithy/signature-v4'

// The output ApiUrl of the stack, and its region.
const { API_URL, AWS_REGION } = process.env
const signer = new SignatureV4({ service: 'execute-api', region: AWS_REGION, credentials: defaultProvider(), sha256: Sha256 })

// With one of these, the gateway would take the id for another one, or for another path.
const AMBIGUOUS = /[%/?\p{Cc}]|^\.{0,2}$/u

/** Sends a request, for example `call(userId, 'GET', '/items?limit=20')`. Returns fetch's response. */
export async function call(userId, method, path, body) {
  if (typeof userId !== 'string' || AMBIGUOUS.test(userId)) throw new Error('a path cannot carry this user id')
  const url = new URL(`${API_URL}/users/${encodeURIComponent(userId)}${path}`)
  const signed = await signer.sign({
    method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  })
  return fetch(url, { method, headers: signed.headers, body: signed.body })
}
