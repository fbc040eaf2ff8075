import { type ConnectTokenRequest, describe, type Item } from "@pluggy-lambda/react";

import { Disconnect } from "./Disconnect";

interface Props {
  item: Item;
  onOpen: (request: ConnectTokenRequest) => void;
}

// #region connection
/** Shows the state of a connection, and what its user must do now. */
export function Connection({ item, onOpen }: Props) {
  const { tone, message, bankMessage, image, link, button } = describe(item);
  return (
    <li data-tone={tone}>
      <h2>{item.connector?.name ?? "Um banco"}</h2>
      <p role="status">{message}</p>
      {bankMessage && <p lang="pt-BR">{bankMessage}</p>}
      {item.nextAction.prompt?.label && <p>{item.nextAction.prompt.label}</p>}
      {image && <img src={image} alt="Imagem do banco" />}
      {link && (
        <a href={link.href} target="_blank" rel="noreferrer">
          {link.label}
        </a>
      )}
      {button && <button onClick={() => onOpen(button.request)}>{button.label}</button>}
      <Disconnect itemId={item.itemId} />
    </li>
  );
}
// #endregion
