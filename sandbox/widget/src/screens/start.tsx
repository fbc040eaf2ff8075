import type { Connector } from "pluggy-js";
import { useState } from "preact/hooks";

import { Button, Heading, Logo } from "../parts.tsx";
import type { Session } from "../session.ts";
import type { Texts } from "../texts.ts";

interface StartProps {
  session: Session;
  texts: Texts;
}

export function Consent({ session, texts }: StartProps) {
  const { title, intro, data, note, accept } = texts.consent;
  return (
    <>
      <Heading>{title}</Heading>
      <p>{intro}</p>
      <ul class="data">
        {data.map((line) => (
          <li>{line}</li>
        ))}
      </ul>
      <p class="hint">{note}</p>
      <div class="actions">
        <Button onClick={session.acceptConsent}>{accept}</Button>
      </div>
    </>
  );
}

export function Banks({ session, texts, banks }: StartProps & { banks: Connector[] }) {
  const [search, setSearch] = useState("");
  const found = banks.filter(({ name }) => plain(name).includes(plain(search)));
  return (
    <>
      <Heading>{texts.banks.title}</Heading>
      <label class="hidden" for="search">
        {texts.banks.search}
      </label>
      <input
        id="search"
        type="search"
        placeholder={texts.banks.search}
        value={search}
        onInput={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      <ul class="banks">
        {found.map((bank) => (
          <li key={bank.id}>
            <button type="button" class="bank" onClick={() => session.choose(bank)}>
              <Logo bank={bank} />
              <span>{bank.name}</span>
              <Badge bank={bank} texts={texts} />
            </button>
          </li>
        ))}
      </ul>
      <p role="status" class="hint">
        {found.length === 0 && texts.banks.none}
      </p>
    </>
  );
}

function Badge({ bank, texts }: { bank: Connector; texts: Texts }) {
  const { offline, unstable, openFinance } = texts.banks;
  if (bank.health.status !== "ONLINE") return <span class="badge bad">{bank.health.status === "OFFLINE" ? offline : unstable}</span>;
  return bank.isOpenFinance ? <span class="badge">{openFinance}</span> : null;
}

/** Returns a name without accents and capitals, as people type it. */
function plain(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .trim();
}
