import { userToken } from "../../../user-token";

const REQUEST_HEADERS = ["accept-language", "content-type", "if-none-match"];
const RESPONSE_HEADERS = ["content-language", "content-type", "etag", "retry-after", "vary"];

/** Passes a request of the browser on to the API, with the token of the signed-in user, whom the session names. */
async function forward(request: Request, { params }: { params: Promise<{ path: string[] }> }): Promise<Response> {
  const token = await userToken();
  if (!token) return Response.json({ message: "Unauthorized" }, { status: 401 });
  const { path } = await params;
  const url = `${process.env.API_URL}/${path.map(encodeURIComponent).join("/")}${new URL(request.url).search}`;
  const headers = new Headers({ ...only(REQUEST_HEADERS, request.headers), authorization: `Bearer ${token}` });
  const body = request.method === "POST" ? await request.text() : null;
  const response = await fetch(url, { method: request.method, headers, body, cache: "no-store" });
  return new Response(response.body, {
    status: response.status,
    headers: { ...only(RESPONSE_HEADERS, response.headers), "cache-control": "no-store" },
  });
}

function only(names: string[], headers: Headers): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => [[name, headers.get(name) ?? ""]]).filter(([, value]) => value));
}

export { forward as DELETE, forward as GET, forward as POST };
