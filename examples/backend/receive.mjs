// Receives events of the bus by HTTPS, outside AWS. `EventsToBackend` in ../template.yaml sends them.

import { createHash, timingSafeEqual } from 'node:crypto'

// The value of the secret BackendKey of that stack.
const { EVENTS_KEY } = process.env
if (!EVENTS_KEY) throw new Error('EVENTS_KEY is not set')

/**
 * Handles a request by the value of its header x-events-key and its body as it arrived. Returns the status of the response.
 * EventBridge waits 5 seconds for it. It sends the event again after a 500, and puts it into the queue for a person after a 400.
 *
 * `seen.has(id)` and `seen.add(id)` know the handled events, for example by a table of your database, for 60 days.
 * `handle({ type, detail })` does your work. It may be called twice for an event, and for the events of an item in any order.
 */
export async function receive(key, body, seen, handle) {
  if (typeof key !== 'string' || !timingSafeEqual(digest(key), digest(EVENTS_KEY))) return 401
  const event = parsed(body)
  if (!event) return 400
  const { id } = event.detail
  try {
    if (await seen.has(id)) return 204
    await handle(event)
    // Afterwards, so that interrupted work is done again.
    await seen.add(id)
    return 204
  } catch (error) {
    console.error({ message: 'event not handled', id, error: error?.name })
    return 500
  }
}

// Digests have the same length, so that the comparison takes the same time for every key.
const digest = (text) => createHash('sha256').update(text).digest()

function parsed(body) {
  try {
    const event = JSON.parse(body)
    return event.detail.schemaVersion === 1 && typeof event.detail.id === 'string' ? event : undefined
  } catch {
    return undefined
  }
}
