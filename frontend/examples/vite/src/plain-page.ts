import { createPluggyClient } from "@pluggy-lambda/client";

import { connectBank } from "./plain";
import { userToken } from "./user-token";

const client = createPluggyClient({ baseUrl: import.meta.env.VITE_API_URL, userToken });
const message = document.getElementById("message")!;
document.getElementById("connect")!.addEventListener("click", () => connectBank(client, message));
