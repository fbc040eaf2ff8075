'use strict'

const { randomUUID } = require('node:crypto')
const http = require('node:http')

const { default: Pluggy } = require('pluggy-js')

// Where the running local stack is.
const { API_HOST: apiHost, API_URL: apiUrl, PLUGGY_API_URL: pluggyUrl } = process.env

const PATIENCE_MS = 60_000
const POLL_MS = 100

// The client prints each error that it also throws.
console.warn = () => {}

/** A user of the app whom no other test knows. */
class User {
  static async signedIn() {
    const body = new URLSearchParams({ grant_type: 'password', username: `usr_${randomUUID()}` })
    const answer = await fetch(`${pluggyUrl}/oauth2/token`, { method: 'POST', body })
    return new User((await answer.json()).access_token)
  }

  constructor(token) {
    this.token = token
  }

  /** The widget's client, with a token that our API issued for `body`. */
  async widget(body = {}) {
    const { accessToken } = await this.api('POST', '/connect-token', body)
    return new Pluggy(accessToken, pluggyUrl)
  }

  /** The item as our API shows it, once it is in this phase. */
  async itemIn(phase, id) {
    return until(() => this.api('GET', `/items/${id}`), (item) => item.phase === phase)
  }

  /** A request to our API. `fetch` does not promise to send another Host than the address has. */
  api(method, path, body) {
    const headers = { authorization: `Bearer ${this.token}`, host: apiHost }
    return new Promise((resolve, reject) => {
      const request = http.request(`${apiUrl}${path}`, { method, headers }, async (answer) => {
        try {
          resolve(JSON.parse((await answer.toArray()).join('')))
        } catch (error) {
          reject(error)
        }
      })
      request.on('error', reject)
      request.end(body && JSON.stringify(body))
    })
  }
}

/** Asks until the answer is as wanted, as the widget does. */
async function until(ask, isWanted) {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const answer = await ask()
    if (isWanted(answer)) {
      return answer
    }
    if (Date.now() > deadline) {
      throw new Error(`it stayed as ${JSON.stringify(answer)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** The item as the widget sees it, once an execution has come to an end or needs the user. */
function settled(widget, id) {
  return until(() => widget.fetchItem(id), (item) => !['UPDATING', 'MERGING'].includes(item.status))
}

module.exports = { User, settled }
