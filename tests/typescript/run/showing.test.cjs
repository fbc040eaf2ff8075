'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { load } = require('./pages.cjs')

const { whatToShow } = load('what-to-show.ts')

const failed = (kind) => ({
  phase: 'reconnect',
  executionStatus: 'ERROR',
  lastUpdatedAt: null,
  nextAction: { kind, message: 'ours', connectToken: null, prompt: null, bank: null },
  error: { code: 'SITE_NOT_AVAILABLE', message: 'for developers', providerMessage: 'theirs' },
})

test('the message is that of the next action, whatever the bank says', () => {
  assert.equal(whatToShow(failed('reconnect')).message, 'ours')
  assert.equal(whatToShow(failed('reconnect')).bankSays, 'theirs')
  assert.equal(whatToShow(failed('wait_for_bank')).bankSays, undefined)
  assert.equal(whatToShow(failed('connect_again')).bankSays, undefined)
})

test('support gets the code of the error, or else the state of the execution', () => {
  assert.equal(whatToShow(failed('contact_support')).supportCode, 'SITE_NOT_AVAILABLE')
  assert.equal(whatToShow({ ...failed('contact_support'), error: null }).supportCode, 'ERROR')
})
