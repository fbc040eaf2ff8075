/** Returns whether a value has members. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Returns a member of a value that may be anything. */
export function member(value: unknown, name: string): unknown {
  return isObject(value) ? Reflect.get(value, name) : undefined;
}

/** Returns a member that is a text. */
export function text(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === "string" ? found : undefined;
}
