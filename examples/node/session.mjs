// Pluggy's official client, with credentials from a secret in Secrets Manager.

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { PluggyClient } from 'pluggy-sdk'

import { AWS_OPTIONS } from './aws.mjs'
import { OtherApplication, Refusal } from './refusal.mjs'

const REQUEST_MILLISECONDS = 10_000
const QUIET_MILLISECONDS = 60_000

/**
 * Creates an error for other errors than the client's own refusals. The client prints their body, which is not safe to
 * log.
 */
const unprinted = ({ code }) => Object.assign(new Error('refused'), { code })

/** Pluggy's client without redirects and retries: the queue retries. */
class Client extends PluggyClient {
  constructor(credentials, baseUrl) {
    super(credentials)
    this.baseUrl = baseUrl
  }

  getServiceInstance() {
    return super.getServiceInstance().extend({
      // The key would be sent along.
      followRedirect: false,
      hooks: { beforeError: [unprinted] },
      retry: 0,
      timeout: REQUEST_MILLISECONDS,
    })
  }
}

/** Creates a session with the key of the application `clientId`, whose credentials are in the secret `secretName`. */
export function createSession({ baseUrl, clientId, secretName }) {
  const secrets = new SecretsManagerClient(AWS_OPTIONS)
  let client
  // The refusal of fresh credentials. Further keys would be refused too, and Pluggy limits how many are created.
  let refused

  /**
   * Returns Pluggy's response to `request(client)`. A refused key may have expired, and the credentials may have been
   * replaced. So an old client is replaced once, with fresh credentials and a fresh key. A new client is not replaced.
   */
  async function ask(request) {
    if (client) {
      try {
        return await answer(client, request)
      } catch (error) {
        if (!error.isOfKey) {
          throw error
        }
      }
      client = undefined
    }
    if (refused && Date.now() < refused.until) {
      throw refused.error
    }
    client = await newClient()
    try {
      return await answer(client, request)
    } catch (error) {
      if (error.isOfKey) {
        refused = { error, until: Date.now() + QUIET_MILLISECONDS }
        client = undefined
      }
      throw error
    }
  }

  async function newClient() {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secretName }))
    const credentials = JSON.parse(SecretString)
    if (!clientId || String(credentials.clientId).toLowerCase() !== clientId.toLowerCase()) {
      throw new OtherApplication()
    }
    return new Client(credentials, baseUrl)
  }

  return { ask }
}

async function answer(client, request) {
  try {
    return await request(client)
  } catch (error) {
    throw Refusal.of(error)
  }
}
