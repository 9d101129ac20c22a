// A vector is a Float32Array, a sequence a list of them, one for each token: T D. There is no batch: the page reads one
// text at a time.

export function interval(start, end) {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

export function identity(x) {
  return x;
}

export function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

export function add(x, y) {
  return x.map((row, t) => row.map((value, i) => value + y[t][i]));
}

export function softmax(scores) {
  const highest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
  const exponentials = scores.map((score) => Math.exp(score - highest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}
