import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

/** The Content Security Policy of a page that opens the widget. `apiUrl` is the stack's output `ApiUrl`. */
const policy = (apiUrl: string): string =>
  [
    // #region csp
    "default-src 'self'",
    `connect-src 'self' ${apiUrl}`,
    // The widget's frame.
    "frame-src https://connect.pluggy.ai",
    // The SDK styles the frame by a <style> without a nonce.
    "style-src 'self' 'unsafe-inline'",
    // The banks' logos, and the image of a bank's question.
    "img-src 'self' https://cdn.pluggy.ai data:",
    // #endregion
  ].join("; ");

export default defineConfig(({ mode }) => {
  const apiUrl = loadEnv(mode, process.cwd()).VITE_API_URL ?? "";
  return {
    plugins: [react()],
    build: { rollupOptions: { input: ["index.html", "plain.html"] } },
    // What is built is served with it by `vite preview`. The development server needs inline scripts.
    preview: { headers: { "Content-Security-Policy": policy(apiUrl) } },
  };
});
