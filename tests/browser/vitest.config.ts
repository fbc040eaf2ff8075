import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    hookTimeout: 60_000,
    // Each file has a browser of its own, and the machine may be small.
    maxWorkers: 2,
    maxConcurrency: 4,
    projects: [
      { extends: true, test: { name: "widget", include: ["widget/*.test.ts"], testTimeout: 60_000 } },
      { extends: true, test: { name: "playback", include: ["playback/*.test.ts"], testTimeout: 60_000 } },
      { extends: true, test: { name: "page", include: ["page/*.test.ts"], testTimeout: 90_000 } },
    ],
  },
});
