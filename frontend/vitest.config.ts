import { defineConfig } from "vitest/config";

const here = (path: string): string => new URL(path, import.meta.url).pathname;
const installed = (names: string[], folder: string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, here(`${folder}/node_modules/${name}`)]));

// The sources, not what was built of them.
const sources = {
  "@pluggy-lambda/client": here("packages/client/src/index.ts"),
  "@pluggy-lambda/react/native": here("packages/react/src/native.tsx"),
  "@pluggy-lambda/react": here("packages/react/src/index.ts"),
};

// The examples have packages of their own where they are installed. Here they use those of the workspace, and
// stand-ins of a phone's.
const forExamples = {
  ...installed(["react", "react-dom", "pluggy-connect-sdk"], "."),
  "react-native-pluggy-connect": here("checks/examples/react-native-pluggy-connect.tsx"),
  "react-native": here("checks/examples/react-native.tsx"),
  "server-only": here("checks/examples/nothing.ts"),
};

// Expo's configuration of the compiler is in a package that may not be installed. Vite's types do not know the option.
const withoutTsconfig = { tsconfig: false, jsx: { runtime: "automatic" as const } };

export default defineConfig({
  test: {
    unstubEnvs: true,
    // The default of five seconds is too short on a busy machine. No test waits for this.
    testTimeout: 30_000,
    projects: [
      {
        extends: true,
        resolve: { alias: sources },
        test: { name: "client", root: "packages/client", include: ["test/**/*.test.ts"] },
      },
      {
        extends: true,
        resolve: { alias: sources },
        test: { name: "react", root: "packages/react", include: ["test/**/*.test.tsx"] },
      },
      {
        extends: true,
        resolve: {
          alias: { ...sources, ...installed(["@testing-library/react", "react-dom", "react"], "checks/react-18") },
        },
        test: { name: "react 18", root: "packages/react", include: ["test/**/*.test.tsx"] },
      },
      {
        extends: true,
        resolve: { alias: { ...sources, ...installed(["react-dom", "react"], ".") } },
        test: { name: "demo", root: "demo", include: ["test/**/*.test.{ts,tsx}"] },
      },
      {
        extends: true,
        oxc: withoutTsconfig,
        resolve: { alias: { ...sources, ...forExamples } },
        test: { name: "examples", root: "checks/examples", include: ["*.test.tsx"] },
      },
    ],
  },
});
