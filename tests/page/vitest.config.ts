import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*.test.ts"],
    testTimeout: 90_000,
    hookTimeout: 60_000,
    // All tests share one stack, and choose what its bank does next.
    fileParallelism: false,
  },
});
