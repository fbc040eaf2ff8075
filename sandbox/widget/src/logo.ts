/** The sign of a bank, in place of its picture, which is on another host: its initials on its color. */
export interface Logo {
  initials: string;
  background: string;
  color: string;
}

/** Returns the sign of a bank. Its color is six hexadecimal digits; without one it is gray. */
export function logoOf(name: string, primaryColor: string | null | undefined): Logo {
  const digits = primaryColor && /^[0-9a-f]{6}$/i.test(primaryColor) ? primaryColor : "555555";
  return { initials: initials(name), background: `#${digits}`, color: isLight(digits) ? "#111" : "#fff" };
}

function initials(name: string): string {
  const [first = "", second = ""] = name.trim().split(/\s+/);
  return (second ? first.slice(0, 1) + second.slice(0, 1) : first.slice(0, 2)).toUpperCase();
}

/** Returns whether dark text is easier to read on a color: by its relative luminance, as WCAG defines it. */
function isLight(color: string): boolean {
  const channel = (at: number): number => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4) > 0.179;
}
