'use strict'

// A clock that a pause moves on at once, and an API whose answers depend on it.

const ITEM_ID = '9a7b6c5d-0000-4000-8000-000000000001'
const LATEST_MS = 60 * 60_000

class World {
  now = 0
  asked = []
  relayed = []
  #timers = new Map()
  #answer

  /** `answer` says what GET /items/{itemId} answers at a time in seconds: `[status, phase, retryAfter]`. */
  constructor(answer) {
    this.#answer = answer
    Date.now = () => this.now
    globalThis.setTimeout = (act, ms) => this.#start(act, ms)
    globalThis.clearTimeout = (timer) => this.#timers.delete(timer)
    globalThis.fetch = async (request) => this.#fetch(request)
  }

  /** Lets what is under way go on until nothing waits any more, or until a time in seconds. */
  async passTo(seconds = LATEST_MS / 1000) {
    for (;;) {
      await settle()
      const [next] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at)
      if (!next || next[1].at > seconds * 1000) break
      this.#timers.delete(next[0])
      this.now = next[1].at
      next[1].act()
    }
    if (seconds * 1000 < LATEST_MS) this.now = seconds * 1000
  }

  #start(act, ms) {
    const timer = Symbol('timer')
    this.#timers.set(timer, { act, at: this.now + ms })
    return timer
  }

  async #fetch(request) {
    const { pathname } = new URL(request.url)
    if (pathname === '/connect-token') {
      return Response.json({ accessToken: 'token', expiresAt: '', connect: {} })
    }
    if (pathname === '/connect-events') {
      this.relayed.push(await request.json())
      return new Response(null, { status: 202 })
    }
    this.asked.push(this.now / 1000)
    const [status, phase, retryAfter] = this.#answer(this.now / 1000)
    const headers = { etag: `W/"${phase}"`, ...(retryAfter ? { 'retry-after': `${retryAfter}` } : {}) }
    if (status === 200 && request.headers.get('if-none-match') === headers.etag) {
      return new Response(null, { status: 304, headers })
    }
    return Response.json({ itemId: pathname.split('/').at(-1), phase }, { status, headers })
  }
}

/** Everything that needs no more time has been done. */
async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
}

module.exports = { ITEM_ID, World }
