import { init } from 'echarts';

const SIZE = { width: 560, height: 260 };

/**
 * Lines over the seconds of a profile, as an SVG that needs nothing else.
 *
 * @param {string} title
 * @param {{ second: number, text: string }[]} marks what happened when
 * @param {{ name: string, colour: string, points: [number, number][] }[]} lines
 * @returns {string}
 */
export function chart(title, marks, lines) {
  const canvas = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  canvas.setOption({
    animation: false,
    title: { text: title, left: 0, textStyle: { fontSize: 13, fontWeight: 'normal' } },
    legend: lines.length > 1 ? { bottom: 0 } : undefined,
    grid: { left: 48, right: 16, top: 56, bottom: lines.length > 1 ? 48 : 28 },
    xAxis: { type: 'value', axisLabel: { formatter: '{value} s' }, max: ({ max }) => Math.ceil(max) },
    yAxis: { type: 'value', min: 0 },
    series: lines.map(({ name, colour, points }, index) => ({
      name,
      type: 'line',
      data: points,
      showSymbol: false,
      lineStyle: { color: colour, width: 1.5 },
      itemStyle: { color: colour },
      markLine:
        index === 0 && marks.length > 0
          ? {
              symbol: 'none',
              lineStyle: { color: '#6b7280', type: 'dashed' },
              data: marks.map(({ second, text }) => ({
                xAxis: second,
                label: { formatter: text, fontSize: 10 },
              })),
            }
          : undefined,
    })),
  });
  const svg = canvas.renderToSVGString();
  canvas.dispose();
  return svg;
}
