// RoPE beyond the length it was trained for: four ways to slow the rotation down. Each makes other frequencies of those
// of the pairs (fastest first), for the positions that are to be turned.

function clamp(value) {
  return Math.min(1, Math.max(0, value));
}

// What a pair keeps of its own frequency; the rest of it is divided by the factor.
function mixed(frequency, own, factor) {
  return frequency * own + (frequency / factor) * (1 - own);
}

const SCALINGS = {
  linear: ({ factor }) => (frequencies) => frequencies.map((frequency) => frequency / factor),

  dynamic_ntk: ({ factor, original_length }) => (frequencies, positions) => {
    const length = Math.max(...positions.map((position) => position + 1), original_length);
    const slowdown = (factor * length) / original_length - (factor - 1);
    return frequencies.map((frequency, i) => frequency / slowdown ** (i / (frequencies.length - 1)));
  },

  yarn: ({ factor, original_length, fast, slow }) => (frequencies) => {
    const index = (turns) => Math.log((2 * Math.PI * turns) / original_length) / Math.log(frequencies[1]);
    const first = Math.max(Math.floor(index(fast)), 0);
    const last = Math.min(Math.ceil(index(slow)), 2 * frequencies.length - 1);
    const share = (i) => clamp((i - first) / Math.max(last - first, 0.001));
    return frequencies.map((frequency, i) => mixed(frequency, 1 - share(i), factor));
  },

  llama3: ({ factor, original_length, fast, slow }) => (frequencies) =>
    frequencies.map((frequency) => {
      const turns = (original_length * frequency) / (2 * Math.PI);
      return mixed(frequency, clamp((turns - slow) / (fast - slow)), factor);
    }),
};

// The scaling of a config, or null; `magnitude` is a factor for what is turned.
export function make_scaling(config) {
  return config && { scaled: SCALINGS[config.kind](config), magnitude: config.magnitude ?? 1 };
}
