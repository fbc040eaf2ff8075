// Whatever the API may answer, every package of the widget takes it as it is. Compiled, not run.
import { PluggyConnect as Sdk } from "pluggy-connect-sdk";
import { PluggyConnect as Native } from "react-native-pluggy-connect";
import { PluggyConnect as Web } from "react-pluggy-connect";

import type { components } from "../../packages/client/src/api.gen.ts";

type Answer = components["schemas"]["ConnectToken"];

export const sdk = ({ accessToken, connect }: Answer) => new Sdk({ connectToken: accessToken, ...connect });
export const web = ({ accessToken, connect }: Answer) => <Web connectToken={accessToken} {...connect} />;
export const native = ({ accessToken, connect }: Answer) => <Native connectToken={accessToken} {...connect} />;
