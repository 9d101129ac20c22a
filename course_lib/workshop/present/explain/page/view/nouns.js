// What a row of a sequence is called, a "token" or a "patch", when there are many of them.

export function many(noun) {
  return noun.endsWith("ch") ? `${noun}es` : `${noun}s`;
}

// A sentence about words, about others.
export function about(noun, sentence) {
  return sentence.replaceAll("words", many(noun)).replaceAll("word", noun);
}
