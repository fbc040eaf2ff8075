'use strict'

// The code in the pages of docs/, to be run: transpiled as it is loaded, with stand-ins for what only a browser has.
// `make test-typescript` has compiled it before.

const fs = require('node:fs')
const Module = require('node:module')
const path = require('node:path')

const ts = require('typescript')

const PAGES = path.join(__dirname, '..', 'generated')
const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, jsx: ts.JsxEmit.ReactJSX }

for (const extension of ['.ts', '.tsx']) {
  Module._extensions[extension] = (module, file) => {
    const { outputText } = ts.transpileModule(fs.readFileSync(file, 'utf8'), { compilerOptions })
    module._compile(outputText, file)
  }
}

/** A file of the pages, which gets `standIns` for the packages of these names. */
function load(name, standIns = {}) {
  const original = Module._load
  Module._load = (request, ...rest) => standIns[request] ?? original(request, ...rest)
  try {
    return require(path.join(PAGES, name))
  } finally {
    Module._load = original
  }
}

module.exports = { load }
