"use client";

import { describe, useConnect, useConnections } from "@pluggy-lambda/react";

export function Connections() {
  const { status, items } = useConnections();
  const { open } = useConnect({ request: { profile: "web" } });
  return (
    <ul aria-busy={status === "loading"}>
      {items.map((item) => {
        const { message, link, button } = describe(item);
        return (
          <li key={item.itemId}>
            <h2>{item.connector?.name}</h2>
            <p>{message}</p>
            {link && <a href={link.href}>{link.label}</a>}
            {button && <button onClick={() => open(button.request)}>{button.label}</button>}
          </li>
        );
      })}
    </ul>
  );
}
