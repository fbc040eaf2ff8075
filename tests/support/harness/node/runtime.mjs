// A fake of AWS's managed Node.js runtime. It requests events from the Runtime API, passes them to the handler one
// after the other, and posts the results. As on AWS, LAMBDA_TASK_ROOT and _HANDLER ("index.handler") name the handler.
// Unlike on AWS, console writes plain lines.
//
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

import { access } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const BASE = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`
const ENDINGS = ['.mjs', '.js', '.cjs']
// The exit status of the managed runtime in this case.
const EXIT_UNHANDLED_REJECTION = 128
const EXIT_UNCAUGHT_EXCEPTION = 129

// Not fetch: it times out after five minutes, and an event may take longer to arrive.
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

/** Sends one request to the Runtime API. */
function call(method, resource, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${BASE}${resource}`, { method, headers, agent }, (response) => {
      const parts = []
      response.on('data', (part) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(parts).toString() }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

function postError(resource, error, kind = error?.name ?? 'Error') {
  const report = {
    errorType: kind,
    errorMessage: String(error?.message ?? error),
    trace: String(error?.stack ?? '').split('\n'),
  }
  return call('POST', resource, JSON.stringify(report), { 'Lambda-Runtime-Function-Error-Type': kind })
}

async function loadHandler() {
  const { LAMBDA_TASK_ROOT: root, _HANDLER: name } = process.env
  const dot = name.lastIndexOf('.')
  const [module, property] = [name.slice(0, dot), name.slice(dot + 1)]
  for (const ending of ENDINGS) {
    const file = path.resolve(root, module + ending)
    const exists = await access(file).then(() => true, () => false)
    if (exists) {
      const handler = (await import(pathToFileURL(file)))[property]
      if (typeof handler !== 'function') {
        throw new Error(`${name} is not a function`)
      }
      return handler
    }
  }
  throw new Error(`there is no module for ${name} in ${root}`)
}

function contextOf(headers) {
  const { env } = process
  const deadline = Number(headers['lambda-runtime-deadline-ms'])
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  }
}

let invocation

/** Reports an uncaught error and ends the process. */
function endWith(code, kind) {
  return async (error) => {
    // The API may be gone already, which must not cause another report.
    await postError(invocation ? `${invocation}/error` : '/init/error', error, kind).catch(() => {})
    process.exit(code)
  }
}

process.on('unhandledRejection', endWith(EXIT_UNHANDLED_REJECTION, 'Runtime.UnhandledPromiseRejection'))
process.on('uncaughtException', endWith(EXIT_UNCAUGHT_EXCEPTION, 'Runtime.UncaughtException'))

let handler
try {
  handler = await loadHandler()
} catch (error) {
  await postError('/init/error', error)
  process.exit(1)
}

for (;;) {
  const next = await call('GET', '/invocation/next')
  const context = contextOf(next.headers)
  invocation = `/invocation/${context.awsRequestId}`
  process.env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id']
  try {
    const answer = await handler(JSON.parse(next.body), context)
    await call('POST', `${invocation}/response`, JSON.stringify(answer) ?? 'null')
  } catch (error) {
    await postError(`${invocation}/error`, error)
  }
}
