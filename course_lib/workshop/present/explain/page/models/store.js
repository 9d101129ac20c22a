// The weights of a model, which travel in the page as base64 of 16-bit floating-point numbers.

import { Llm } from "./llm.js";
import { Translator } from "./translator.js";
import { Vlm } from "./vlm.js";

// What each of the 65,536 numbers of 16 bits stands for: a sign, 5 bits of exponent, 10 bits of fraction (IEEE 754).
function halves() {
  return Float32Array.from({ length: 1 << 16 }, (_, bits) => {
    const [exponent, fraction] = [(bits >> 10) & 31, (bits & 1023) / 1024];
    const size = exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction;
    return bits >> 15 ? -size : size;
  });
}

// Millions of numbers: plain loops take tens of milliseconds, functions for each number half a second.
function numbers_of(base64) {
  const [letters, table] = [atob(base64), halves()];
  const numbers = new Float32Array(letters.length / 2);
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = table[letters.charCodeAt(2 * i) + 256 * letters.charCodeAt(2 * i + 1)];
  }
  return numbers;
}

// `tensors` has for each name where its numbers begin, and its shape.
export class Weights {
  constructor(tensors, numbers, prefix = "") {
    Object.assign(this, { tensors, numbers, prefix });
  }

  static unpack({ tensors, base64 }) {
    return new Weights(tensors, numbers_of(base64));
  }

  at(name) {
    return new Weights(this.tensors, this.numbers, `${this.prefix}${name}.`);
  }

  has(name) {
    return this.prefix + name in this.tensors;
  }

  vector(name) {
    const { start, shape } = this.tensors[this.prefix + name];
    return this.numbers.subarray(start, start + shape.reduce((product, size) => product * size, 1));
  }

  // Its rows; where a tensor has more than two axes, a row has all numbers that share the first.
  matrix(name) {
    const [rows] = this.tensors[this.prefix + name].shape;
    const numbers = this.vector(name);
    const columns = numbers.length / rows;
    return Array.from({ length: rows }, (_, row) => numbers.subarray(row * columns, (row + 1) * columns));
  }
}

const ARCHITECTURES = { Translator, Llm, Vlm };

export function load_model({ architecture, config, weights }) {
  return new ARCHITECTURES[architecture](Weights.unpack(weights), config);
}
