/**
 * Whether the whole text fits the pattern: `*` stands for any run of characters, also none, `?` for one character,
 * everything else for itself. `standsFor` narrows what the two may stand for. Takes at most pattern × text steps, however
 * the pattern is written, so one typed in by a person can be judged against anything.
 */
export function matches(
  pattern: string,
  text: string,
  standsFor: (character: string) => boolean = () => true,
): boolean {
  let at = 0;
  let given = 0;
  // Where to go on when what follows the last `*` does not fit: one character later in the text.
  let star = -1;
  let resume = 0;
  while (given < text.length) {
    const wanted = pattern[at];
    const character = text.charAt(given);
    if (wanted === '*') {
      star = at;
      resume = given;
      at += 1;
    } else if (wanted !== undefined && (wanted === character || (wanted === '?' && standsFor(character)))) {
      at += 1;
      given += 1;
    } else {
      if (star < 0 || !standsFor(text.charAt(resume))) return false;
      resume += 1;
      at = star + 1;
      given = resume;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
