import { defineConfig } from "tsdown";

export default defineConfig({
  entry: ["src/index.ts", "src/native.tsx"],
  format: "esm",
  platform: "neutral",
  target: "es2022",
  dts: true,
  fixedExtension: false,
  // In the Next.js App Router what uses hooks belongs to the client.
  banner: { js: '"use client";' },
});
