// The hit rate of the last windows, as small as a word.

/** Draws [[time, rate], ...] into a canvas as large as its place. */
export function drawSparkline(canvas, rates, theme) {
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!width) return;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  if (rates.length < 2) return;
  const top = Math.max(...rates.map(([, rate]) => rate)) * 1.1 || 1;
  const x = (i) => 1 + (i * (width - 4)) / (rates.length - 1);
  const y = (rate) => height - 1 - (rate / top) * (height - 3);
  context.beginPath();
  rates.forEach(([, rate], i) => context.lineTo(x(i), y(rate)));
  context.strokeStyle = theme.series[0];
  context.lineWidth = 1.25;
  context.lineJoin = 'round';
  context.stroke();
  context.beginPath();
  context.arc(x(rates.length - 1), y(rates.at(-1)[1]), 1.8, 0, 7);
  context.fillStyle = theme.series[0];
  context.fill();
}
