// Addition and normalization around a block (slide "Encoder Layer", steps 2 and 3, 5 and 6), in one of two orders:
// norm(x + block(x)), as on the slides, or x + block(norm(x)), where the norm comes first.

import { add } from "./vectors.js";

export class AddNorm {
  constructor(norm, norm_first) {
    Object.assign(this, { norm, norm_first });
  }

  forward(x, block) {
    const normed = this.norm_first ? this.norm.forward(x) : null;
    const made = block(normed ?? x);
    const sum = add(x, made);
    this.seen = { x, made, sum, normed: normed ?? this.norm.forward(sum) };
    return this.norm_first ? sum : this.seen.normed;
  }
}
