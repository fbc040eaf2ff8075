// What the pages of docs/ do not use of the client made of docs/openapi.yaml. It is compiled, not run.
import createClient from 'openapi-fetch'

import type { components, paths } from './generated/api'

type ActionKind = components['schemas']['ActionKind']

const client = createClient<paths>({ baseUrl: 'https://a1b2c3d4e5.execute-api.sa-east-1.amazonaws.com' })

/** The pair of the widget's older versions. */
export async function relayOldForm(event: string, timestamp: number): Promise<void> {
  await client.POST('/connect-events', { body: [event, { timestamp }] })
}

/** The type of a problem tells which fields it has. */
export async function reasonOfRefusal(itemId: string): Promise<string | undefined> {
  const { error } = await client.DELETE('/items/{itemId}', { params: { path: { itemId } } })
  if (error && 'type' in error && error.type === 'urn:pluggy-lambda:problem:disconnect-refused') {
    return error.code
  }
  return undefined
}

/** The vocabulary is closed: the compiler sees that no word is left out. */
export function needsTheUser(kind: ActionKind): boolean {
  switch (kind) {
    case 'answer_mfa':
    case 'authorize_device':
    case 'act_at_bank':
    case 'reconnect':
    case 'update':
    case 'connect_again':
      return true
    case 'none':
    case 'wait':
    case 'wait_for_bank':
    case 'contact_support':
      return false
  }
}
