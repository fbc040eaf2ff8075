import type { components } from "./api.gen.ts";

type Schemas = components["schemas"];

/** A connection to one bank: its state, and what the user must do now. */
export type Item = Schemas["Item"];
export type Phase = Schemas["Phase"];
export type ActionKind = Schemas["ActionKind"];
export type ItemList = Schemas["ItemList"];
/** What to ask of `POST /connect-token`. Nothing at all asks for a new connection. */
export type ConnectTokenRequest = Schemas["ConnectTokenRequest"];
/** Options for the widget, named as it names them. */
export type WidgetOptions = { connectToken: string } & Schemas["ConnectOptions"];
