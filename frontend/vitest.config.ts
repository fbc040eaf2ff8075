import { defineConfig } from "vitest/config";

const source = (path: string): string => new URL(path, import.meta.url).pathname;

// The sources, not what was built of them.
const alias = {
  "@pluggy-lambda/client": source("packages/client/src/index.ts"),
  "@pluggy-lambda/react/native": source("packages/react/src/native.tsx"),
  "@pluggy-lambda/react": source("packages/react/src/index.ts"),
};

const react18 = Object.fromEntries(
  ["@testing-library/react", "react-dom", "react"].map((name) => [name, source(`testing/react-18/node_modules/${name}`)]),
);

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: { name: "client", root: "packages/client", include: ["test/**/*.test.ts"] },
      },
      {
        resolve: { alias },
        test: { name: "react", root: "packages/react", include: ["test/**/*.test.tsx"] },
      },
      {
        resolve: { alias: { ...alias, ...react18 } },
        test: { name: "react 18", root: "packages/react", include: ["test/**/*.test.tsx"] },
      },
    ],
  },
});
