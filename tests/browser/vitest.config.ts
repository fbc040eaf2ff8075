import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Each file has a browser of its own, and the machine may be small.
    maxWorkers: 2,
  },
});
