import { useRef } from "react";

import { useFocus } from "./focus.ts";
import type { AppTexts } from "./texts.ts";

interface Props {
  texts: AppTexts;
  users: string[];
  /** Whether the heading gets the focus. The first sign-in leaves it in the page around the app. */
  takesFocus: boolean;
  onSignIn: (user: string) => void;
}

/** The sign-in of the app. A real one asks for a password: this one asks who to be. */
export function SignIn({ texts, users, takesFocus, onSignIn }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useFocus(heading, takesFocus);
  return (
    <main className="sign-in">
      <p className="brand">{texts.brand}</p>
      <h1 ref={heading} tabIndex={-1}>
        {texts.welcome}
      </h1>
      <p className="muted">{texts.signInAs}</p>
      <ul className="users">
        {users.map((user) => (
          <li key={user}>
            <button type="button" className="user" onClick={() => onSignIn(user)}>
              <span className="avatar" aria-hidden="true">
                {nameOf(user)[0]}
              </span>
              {texts.enterAs(nameOf(user))}
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}

export const nameOf = (user: string): string => user.slice(0, 1).toUpperCase() + user.slice(1);
