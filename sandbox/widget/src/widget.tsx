// The page that pluggy-connect-sdk opens in its frame.
import { initialize } from "pluggy-connect-sdk/dist/module/pluggy-connect";
import { type AdaptedPluggyConnectProps, restorePluggyConnectProps } from "pluggy-connect-sdk/dist/module/utils/props";
import { render } from "preact";

import { App } from "./app.tsx";
import { type Frame, hostOf } from "./host.ts";
import { languageOf, preparePage, TEXTS } from "./texts.ts";

initialize();

// zoid leaves it on the page that it has framed.
const { xprops } = window as { xprops?: AdaptedPluggyConnectProps & Frame };

if (xprops) {
  const props = restorePluggyConnectProps(xprops);
  const language = languageOf(props.language);
  const texts = TEXTS[language];
  preparePage(language, props.theme, texts.title);
  render(<App props={props} host={hostOf(props, xprops)} language={language} texts={texts} />, document.body);
} else {
  const language = languageOf(navigator.language);
  const texts = TEXTS[language];
  preparePage(language, matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light", texts.title);
  render(
    <main class="alone">
      <h1>{texts.standIn}</h1>
      <p>{texts.notInFrame}</p>
    </main>,
    document.body,
  );
}
