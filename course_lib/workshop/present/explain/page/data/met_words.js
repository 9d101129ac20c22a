// The words of a training set: what is not among them, a model has never met, whatever it makes of it.

const WORD = /[\p{L}\p{Nl}\p{No}]+|\p{Nd}|[^\p{L}\p{N}_\p{White_Space}]|_/gu; // letters in a row, one digit, or one sign

export class MetWords {
  constructor(words) {
    this.words = new Set(words);
  }

  // The words of a text that are not in the set, each once, in their order.
  missing(text) {
    const words = text.normalize("NFC").toLowerCase().match(WORD) ?? [];
    return [...new Set(words)].filter((word) => !this.words.has(word));
  }
}
