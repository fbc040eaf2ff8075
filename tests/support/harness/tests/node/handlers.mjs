// Handlers for the test of the runtime.

export const echo = async (event, context) => ({
  event,
  requestId: context.awsRequestId,
  hasTime: context.getRemainingTimeInMillis() > 0,
})

export const nothing = () => undefined

export const failing = async ({ reason }) => {
  throw new TypeError(reason)
}

export const forgetful = () => {
  Promise.reject(new Error('nobody waits for this'))
  return new Promise(() => {})
}

export const dying = () => process.exit(3)
