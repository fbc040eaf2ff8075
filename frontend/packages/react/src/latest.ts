import { type RefObject, useInsertionEffect, useRef } from "react";

/** Returns a reference to the value of the newest render, for what outlives a render. */
export function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  useInsertionEffect(() => {
    latest.current = value;
  });
  return latest;
}
