// Each vector is moved to mean 0 and stretched to variance 1, then scaled and moved as trained: torch.nn.LayerNorm.

export class LayerNorm {
  constructor(weights, eps = 1e-5) {
    Object.assign(this, { weight: weights.vector("weight"), bias: weights.vector("bias"), eps });
  }

  forward(x) {
    return x.map((row) => this.normalized(row));
  }

  normalized(row) {
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    const scale = 1 / Math.sqrt(variance + this.eps);
    return row.map((value, i) => (value - mean) * scale * this.weight[i] + this.bias[i]);
  }
}
