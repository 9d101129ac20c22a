// The numbers of one kind of attention. They travel as base64 of 16-bit integers: small, and exact to about 1e-5.

export const FULL_WEIGHT = 65535; // the integer that stands for a weight of 1

function unpack(base64, IntegerArray) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new IntegerArray(bytes.buffer);
}

export class AttentionMap {
  constructor({ name, rows, columns, layers, heads, weights, vectors }) {
    Object.assign(this, { name, rows, columns, layers, heads });
    this.weights = unpack(weights, Uint16Array); // L H T S
    if (vectors) this.vectors = new QueriesAndKeys(this, vectors);
  }

  weight(layer, head, row, column) {
    return this.weights[this.place(layer, head, row) * this.columns.length + column] / FULL_WEIGHT;
  }

  // The weights between one token, of a row or of a column, and all tokens of the other side.
  weightsOf(layer, head, token) {
    return token.side === "row"
      ? this.columns.map((_, column) => this.weight(layer, head, token.index, column))
      : this.rows.map((_, row) => this.weight(layer, head, row, token.index));
  }

  tokens(side) {
    return side === "row" ? this.rows : this.columns;
  }

  place(layer, head, row) {
    return (layer * this.heads + head) * this.rows.length + row;
  }
}

class QueriesAndKeys {
  constructor(map, { size, queries, keys }) {
    Object.assign(this, { map, size });
    this.queries = { step: queries.step, numbers: unpack(queries.numbers, Int16Array) }; // L H T E
    this.keys = { step: keys.step, numbers: unpack(keys.numbers, Int16Array) }; // L H S E
  }

  query(layer, head, row) {
    return this.vector(this.queries, (layer * this.map.heads + head) * this.map.rows.length + row);
  }

  key(layer, head, column) {
    return this.vector(this.keys, (layer * this.map.heads + head) * this.map.columns.length + column);
  }

  vector({ step, numbers }, place) {
    return Array.from(numbers.subarray(place * this.size, (place + 1) * this.size), (number) => number * step);
  }
}

export function otherSide(side) {
  return side === "row" ? "column" : "row";
}
