/** Yields the values in chunks of at most `size`. */
export function* chunks(values, size) {
  for (let start = 0; start < values.length; start += size) {
    yield values.slice(start, start + size)
  }
}
