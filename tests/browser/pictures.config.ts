import { defineConfig } from "vitest/config";

/** `make pictures` and `make recordings`: they write files from the running stack, and test nothing. */
export default defineConfig({
  test: { include: ["page/pictures.ts", "page/recordings.ts"], testTimeout: 300_000, fileParallelism: false },
});
