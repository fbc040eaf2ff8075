// Pluggy's official client, with the credentials of a secret in Secrets Manager.

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { PluggyClient } from 'pluggy-sdk'

import { AWS_OPTIONS } from './aws.mjs'
import { OtherApplication, Refusal } from './refusal.mjs'

const REQUEST_MILLISECONDS = 10_000
const QUIET_MILLISECONDS = 60_000

/** Any other error than the client's own for refusals, of which it prints the body: that is not for a log. */
const unprinted = ({ code }) => Object.assign(new Error('refused'), { code })

/** Pluggy's client, told not to go elsewhere and not to repeat: the queue does that. */
class Client extends PluggyClient {
  constructor(credentials, baseUrl) {
    super(credentials)
    this.baseUrl = baseUrl
  }

  getServiceInstance() {
    return super.getServiceInstance().extend({
      // The key would go along.
      followRedirect: false,
      hooks: { beforeError: [unprinted] },
      retry: 0,
      timeout: REQUEST_MILLISECONDS,
    })
  }
}

/** Asks with the key of the application `clientId`, whose credentials are in the secret `secretName`. */
export function createSession({ baseUrl, clientId, secretName }) {
  const secrets = new SecretsManagerClient(AWS_OPTIONS)
  let client
  // What fresh credentials were told. More keys would be refused, too, and Pluggy limits how many are made.
  let refused

  /**
   * What Pluggy answers to `request(client)`. A key that it refuses may have ended, and credentials may have been
   * replaced: a client that was there before gets one successor with both new, and a new one gets none.
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
