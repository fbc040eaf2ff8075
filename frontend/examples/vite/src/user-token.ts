/**
 * Returns a valid access token of the signed-in user: ask your identity provider's SDK here. For `make up`, `make
 * user-token` prints one.
 */
export function userToken(): Promise<string> {
  const token: unknown = import.meta.env.VITE_USER_TOKEN;
  return typeof token === "string" ? Promise.resolve(token) : Promise.reject(new Error("VITE_USER_TOKEN is not set"));
}
