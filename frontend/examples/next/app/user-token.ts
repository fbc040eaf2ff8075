import "server-only";

/** Returns the access token of the signed-in user: ask your session library here. It never reaches the browser. */
export function userToken(): Promise<string | undefined> {
  return Promise.resolve(process.env.USER_TOKEN);
}
