// The non-linear functions between two linear layers, number by number, by the names that configurations have for them.

function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}

// The error function, within 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26).
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const powers = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  return Math.sign(x) * (1 - powers.reduce((sum, factor) => (sum + factor) * t, 0) * Math.exp(-x * x));
}

export function relu(x) {
  return Math.max(0, x);
}

export const ACTIVATIONS = {
  silu: (x) => x * sigmoid(x),
  gelu_tanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  quick_gelu: (x) => x * sigmoid(1.702 * x),
};
