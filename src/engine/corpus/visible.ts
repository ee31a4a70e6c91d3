/** Making tokens readable: what shows nothing on a screen is given a picture or its number. */

const pictures: Readonly<Record<string, string>> = { ' ': '␣', '\n': '⏎', '\r': '␍', '\t': '⇥' };

function visibleCharacter(character: string): string {
  const picture = pictures[character];
  if (picture) return picture;
  const codePoint = character.codePointAt(0)!;
  // Unicode has pictures of the ASCII controls.
  if (codePoint < 0x20) return String.fromCodePoint(0x2400 + codePoint);
  if (codePoint === 0x7f) return '␡';
  if (/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u.test(character)) {
    return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return character;
}

/** A token's text with white space, controls and other invisible characters made visible. */
export function visible(token: string): string {
  // Joiners and variation selectors inside an emoji show: as the emoji.
  if (/^\p{RGI_Emoji}$/v.test(token)) return token;
  const shown = Array.from(token, visibleCharacter).join('');
  return /^\p{M}/u.test(shown) ? `◌${shown}` : shown;
}
