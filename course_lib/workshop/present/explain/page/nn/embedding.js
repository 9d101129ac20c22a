// From token ids to vectors (slide "Encoder", step 1): a trained vector for each token, scaled.

export class TokenEmbedding {
  constructor(weights, scale) {
    Object.assign(this, { table: weights.matrix("table.weight"), scale });
  }

  forward(token_ids) {
    return token_ids.map((id) => this.table[id].map((value) => value * this.scale));
  }
}
