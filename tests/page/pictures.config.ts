import { defineConfig } from "vitest/config";

/** `make pictures`: it takes the pictures of the READMEs, and tests nothing. */
export default defineConfig({
  test: { include: ["pictures.ts"], testTimeout: 180_000, fileParallelism: false },
});
