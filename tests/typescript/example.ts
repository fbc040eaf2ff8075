// The API as a web app uses it, with a client made of docs/openapi.yaml. It is compiled, not run.
import createClient from 'openapi-fetch'
import { PluggyConnect } from 'pluggy-connect-sdk'

import type { components, paths } from './generated/api'

type Item = components['schemas']['Item']
type ActionKind = components['schemas']['ActionKind']

const client = createClient<paths>({ baseUrl: 'https://a1b2c3d4e5.execute-api.sa-east-1.amazonaws.com' })

export async function connect(body: components['schemas']['ConnectTokenRequest']): Promise<void> {
  const { data, error, response } = await client.POST('/connect-token', { body })
  if (!data) {
    throw new Error(`${response.status} ${reason(error)}`)
  }
  const widget = new PluggyConnect({
    connectToken: data.accessToken,
    ...data.connect,
    onSuccess: ({ item }) => relay({ event: 'onSuccess', timestamp: Date.now(), itemId: item.id }),
    onError: ({ message, data }) =>
      relay({ event: 'onError', timestamp: Date.now(), message, itemId: data?.item.id }),
    // The payload can be sent as it is, in the form of today and in the older one.
    onEvent: (payload) => relay(payload),
    onClose: () => relay(['onClose', { timestamp: Date.now() }]),
  })
  await widget.init()
}

export async function relay(body: components['schemas']['ConnectEvent']): Promise<void> {
  await client.POST('/connect-events', { body })
}

/** Asks until nothing is in progress any more. */
export async function settled(itemId: string): Promise<Item> {
  let known: Item | undefined
  let etag: string | undefined
  for (;;) {
    const { data, error, response } = await client.GET('/items/{itemId}', {
      params: { path: { itemId }, header: { 'If-None-Match': etag, 'Accept-Language': 'en' } },
    })
    known = data ?? known
    if (!known || (error && response.status !== 304)) {
      throw new Error(`${response.status} ${reason(error)}`)
    }
    const seconds = Number(response.headers.get('retry-after'))
    if (!seconds) {
      return known
    }
    etag = response.headers.get('etag') ?? undefined
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds))
  }
}

export async function all(): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | undefined
  do {
    const { data } = await client.GET('/items', { params: { query: { limit: 50, cursor } } })
    items.push(...(data?.items ?? []))
    cursor = data?.nextCursor ?? undefined
  } while (cursor)
  return items
}

export async function act(item: Item): Promise<void> {
  if (item.nextAction.connectToken) {
    await connect(item.nextAction.connectToken)
  }
}

export async function disconnect(itemId: string): Promise<'gone' | 'refused'> {
  const { error, response } = await client.DELETE('/items/{itemId}', { params: { path: { itemId } } })
  if (response.status === 204) {
    return 'gone'
  }
  if (error && 'type' in error && error.type === 'urn:pluggy-lambda:problem:disconnect-refused') {
    console.info(error.code)
    return 'refused'
  }
  throw new Error(`${response.status} ${reason(error)}`)
}

/** The vocabulary is closed: the compiler sees that no word is left out. */
export function needsTheUser(kind: ActionKind): boolean {
  switch (kind) {
    case 'answer_mfa':
    case 'authorize_device':
    case 'act_at_bank':
    case 'reconnect':
    case 'connect_again':
      return true
    case 'none':
    case 'wait':
    case 'wait_for_bank':
    case 'contact_support':
      return false
  }
}

/** A problem of the API has a title, an error of the gateway a message. */
function reason(error: { title: string } | { message: string | null } | undefined): string {
  if (!error) {
    return ''
  }
  return 'title' in error ? error.title : (error.message ?? '')
}
