// Pictures as a model gets them: on a canvas as wide and high as it reads, and as numbers.

import { normalize } from "../data/image_processor.js";
import { draw } from "../world/drawing.js";

export class Easel {
  constructor({ art, processor, config }) {
    Object.assign(this, { art, processor, size: config.vision.image_size });
  }

  // A scene, drawn.
  async draw(scene) {
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(draw(scene, this.art, this.size))}`;
    await image.decode();
    return { ...this.taken(image), scene };
  }

  // A picture of the reader's: the square in its middle.
  async open(file) {
    const whole = await createImageBitmap(file);
    const edge = Math.min(whole.width, whole.height);
    const [left, top] = [whole.width - edge, whole.height - edge].map((rest) => Math.floor(rest / 2));
    return { ...this.taken(await createImageBitmap(whole, left, top, edge, edge)), scene: null };
  }

  taken(image) {
    const { size } = this;
    const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
    const context = canvas.getContext("2d");
    Object.assign(context, { fillStyle: "white", imageSmoothingQuality: "high" });
    context.fillRect(0, 0, size, size);
    context.drawImage(image, 0, 0, size, size);
    return { canvas, pixels: normalize(context.getImageData(0, 0, size, size).data, size, this.processor) };
  }
}
