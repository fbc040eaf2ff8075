/** Returns a valid access token of the signed-in user: ask your identity provider's SDK here. */
export function userToken(): Promise<string> {
  const token = process.env.EXPO_PUBLIC_USER_TOKEN;
  return token ? Promise.resolve(token) : Promise.reject(new Error("EXPO_PUBLIC_USER_TOKEN is not set"));
}
