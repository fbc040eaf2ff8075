'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { load } = require('./pages.cjs')

const { whatToShow } = load('what-to-show.ts')

const failed = (kind) => ({
  phase: 'reconnect',
  executionStatus: 'ERROR',
  lastUpdatedAt: null,
  nextAction: { kind, reason: 'retrying', message: 'ours', link: null, connectToken: null, prompt: null, bank: null },
  error: { code: 'SITE_NOT_AVAILABLE', message: 'for developers', providerMessage: 'theirs' },
})

test('the message is that of the next action, whatever the bank says', () => {
  assert.equal(whatToShow(failed('reconnect')).message, 'ours')
  assert.equal(whatToShow(failed('reconnect')).bankSays, 'theirs')
  assert.equal(whatToShow(failed('wait_for_bank')).bankSays, undefined)
  assert.equal(whatToShow(failed('connect_again')).bankSays, undefined)
})

test('the link of a login at the bank is offered while there is one', () => {
  const link = 'https://bank.example.com/auth?request=abc'
  const waiting = { ...failed('act_at_bank'), phase: 'waiting_user' }
  const withLink = { ...waiting, nextAction: { ...waiting.nextAction, link } }

  assert.equal(whatToShow(withLink).link, link)
  assert.equal(whatToShow(waiting).link, undefined)
})

test('data that nothing updates is a notice with a button, and is still there to use', () => {
  const token = { itemId: '9a7b6c5d-0000-4000-8000-000000000001' }
  const ready = { ...failed('none'), phase: 'ready', lastUpdatedAt: '2026-09-12T12:00:00Z' }
  const stale = { ...ready, nextAction: { ...ready.nextAction, kind: 'update', connectToken: token } }

  assert.equal(whatToShow(ready).tone, 'good')
  assert.equal(whatToShow(stale).tone, 'notice')
  assert.deepEqual(whatToShow(stale).openWidgetFor, token)
  assert.equal(whatToShow(stale).hasData, true)
})

test('support gets the code of the error, or else the state of the execution', () => {
  assert.equal(whatToShow(failed('contact_support')).supportCode, 'SITE_NOT_AVAILABLE')
  assert.equal(whatToShow({ ...failed('contact_support'), error: null }).supportCode, 'ERROR')
})
