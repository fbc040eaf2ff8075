// Prints the JSON Schema of types. Standard input names them: { "<declaration file>": ["<type>", ...] }.
import { text } from 'node:stream/consumers'
import { RootlessError, createGenerator } from 'ts-json-schema-generator'

const wanted = JSON.parse(await text(process.stdin))
const schemas = {}
for (const [path, names] of Object.entries(wanted)) {
  const generator = createGenerator({
    path,
    // The declarations are the packages' own, with imports that nobody needs here.
    skipTypeCheck: true,
    // Each schema has its own definitions: packages reuse the names of what they import.
    expose: 'none',
    topRef: false,
    // A callback stays a property, and its arguments can be reached.
    functions: 'comment',
    jsDoc: 'none',
    additionalProperties: true,
  })
  schemas[path] = Object.fromEntries(names.map((name) => [name, schemaOf(generator, name)]))
}
console.log(JSON.stringify(schemas))

/** Null where the package has no such type: the caller knows who asked for it. */
function schemaOf(generator, name) {
  try {
    return generator.createSchema(name)
  } catch (error) {
    if (error instanceof RootlessError) {
      return null
    }
    throw error
  }
}
