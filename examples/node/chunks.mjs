/** The same values in parts of at most `size`. */
export function* chunks(values, size) {
  for (let start = 0; start < values.length; start += size) {
    yield values.slice(start, start + size)
  }
}
