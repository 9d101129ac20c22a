// Text to token ids and back: sub-words learned by byte-pair encoding. It reads the same tokenizer.json.

export const [PAD, BOS, EOS] = [0, 1, 2];
const PIECE = / ?\p{L}+|'\p{L}+| ?\p{N}| ?[^\p{L}\p{N}\p{White_Space}]|\p{White_Space}/gu;

// What is done to a text before it is cut, by the names in tokenizer.json.
const NORMALIZERS = {
  NFC: () => (text) => text.normalize("NFC"),
  Lowercase: () => (text) => Array.from(text, (letter) => letter.toLowerCase()).join(""),
  Replace: ({ pattern, content }) => (text) => text.replace(new RegExp(pattern.Regex, "gu"), content),
  Prepend: ({ prepend }) => (text) => (text ? prepend + text : text),
};

// Each byte has a letter that can be seen, as in GPT-2: itself, or one from 256 on.
function letters_of_bytes() {
  const is_visible = (byte) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(is_visible(byte) ? byte : next++));
}

const LETTERS = letters_of_bytes();
const BYTES = new Map(LETTERS.map((letter, byte) => [letter, byte]));

export class Tokenizer {
  constructor({ normalizer, model, added_tokens }) {
    this.normalizers = normalizer.normalizers.map((one) => NORMALIZERS[one.type](one));
    this.has_lines = normalizer.normalizers.some(({ type }) => type === "Replace");
    this.special = new Map(added_tokens.map(({ id, content }) => [content, id]));
    this.special_tokens = new Map(added_tokens.map(({ id, content }) => [id, content]));
    this.ids = new Map(Object.entries(model.vocab));
    this.pieces = new Map(Array.from(this.ids, ([piece, id]) => [id, piece]));
    this.ranks = new Map(model.merges.map((pair, rank) => [pair.join(" "), rank]));
  }

  // The ids of a text, <eos> at the end. "<eos>" typed by a person is text, not a command.
  encode(text) {
    const normalized = this.normalizers.reduce((so_far, normalize) => normalize(so_far), text);
    const words = normalized.match(PIECE) ?? [];
    const pieces = words.flatMap((word) => this.merged(word));
    return [...pieces.map((piece) => this.ids.get(piece)).filter((id) => id !== undefined), EOS];
  }

  // One word as sub-words: of all neighbors, those whose merge was learned first are joined, as long as there are any.
  merged(word) {
    const pieces = Array.from(new TextEncoder().encode(word), (byte) => LETTERS[byte]);
    for (;;) {
      const ranks = pieces.slice(1).map((piece, i) => this.ranks.get(`${pieces[i]} ${piece}`) ?? Infinity);
      const best = ranks.reduce((least, rank) => Math.min(least, rank), Infinity);
      if (best === Infinity) return pieces;
      const at = ranks.indexOf(best);
      pieces.splice(at, 2, pieces[at] + pieces[at + 1]);
    }
  }

  // The text of ids; special tokens are left out.
  decode(ids) {
    const letters = ids.filter((id) => !this.special_tokens.has(id)).map((id) => this.pieces.get(id)).join("");
    const text = text_of(letters).replace(/^ /, "");
    return this.has_lines ? text.replaceAll("\n ", "\n") : text;
  }

  // An id as it can be read: ▁ stands for the space before a word.
  token(id) {
    return this.special_tokens.get(id) ?? text_of(this.pieces.get(id)).replaceAll(" ", "▁");
  }
}

function text_of(letters) {
  return new TextDecoder().decode(Uint8Array.from(letters, (letter) => BYTES.get(letter)));
}
