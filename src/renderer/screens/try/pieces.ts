/** A text in pieces of the same place and length, so that a growing one changes only its last piece on the screen. */
export function pieces(text: string, length = 4096): string[] {
  const found: string[] = [];
  for (let from = 0; from < text.length;) {
    let to = Math.min(text.length, from + length);
    // A surrogate pair stays together.
    const last = text.charCodeAt(to - 1);
    if (to < text.length && last >= 0xd800 && last <= 0xdbff) to++;
    found.push(text.slice(from, to));
    from = to;
  }
  return found;
}
