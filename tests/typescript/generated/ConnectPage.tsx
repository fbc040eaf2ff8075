import { useCallback, useState } from "react";
import { ConnectBank } from "./ConnectBank";
import type { ConnectApi } from "./connect-api";
import { useItem } from "./use-item";
import { whatToShow } from "./what-to-show";

interface Props {
  api: ConnectApi;
  onFailure: (error: unknown) => void;
  onClosed: () => void;
}

export function ConnectPage({ api, onFailure, onClosed }: Props) {
  const [word, setWord] = useState<{ itemId: string }>();
  const onItem = useCallback((itemId: string) => setWord({ itemId }), []);
  return (
    <>
      <ConnectBank api={api} onItem={onItem} onFailure={onFailure} onClosed={onClosed} />
      {word && <Connection api={api} word={word} />}
    </>
  );
}

function Connection({ api, word }: { api: ConnectApi; word: { itemId: string } }) {
  const { item } = useItem(api, word);
  return item ? <p>{whatToShow(item).message}</p> : null;
}
