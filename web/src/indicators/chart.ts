// Bars of what was counted against what it is counted from. Only what is drawn is taken from ECharts.
import { BarChart } from 'echarts/charts';
import { AriaComponent, GridComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, GridComponent, AriaComponent, SVGRenderer]);

export interface Bar {
  id: string;
  name: string;
  numerator: number;
  denominator: number;
}
export interface Chart {
  show(bars: readonly Bar[]): void;
  close(): void;
}

/** Colours are the tokens', which a chart takes as values. `chosen`: a bar was clicked. */
export function barChart(element: HTMLElement, chosen: (id: string) => void): Chart {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const chart = init(element, undefined, { renderer: 'svg' });
  let shown: readonly Bar[] = [];
  chart.on('click', ({ dataIndex }) => {
    const bar = shown[shown.length - 1 - Number(dataIndex)];
    if (bar) chosen(bar.id);
  });
  const seen = new ResizeObserver(() => chart.resize());
  seen.observe(element);
  return {
    show(bars) {
      shown = bars;
      const rows = [...bars].reverse(); // the first one on top
      const text = { color: token('--text'), fontSize: 14, fontFamily: 'inherit' };
      chart.setOption({
        animation: false, aria: { enabled: true },
        grid: { left: 8, right: 90, top: 8, bottom: 8, containLabel: true },
        xAxis: { type: 'value', axisLabel: { color: token('--text-2') }, splitLine: { lineStyle: { color: token('--line') } }, minInterval: 1 },
        yAxis: { type: 'category', data: rows.map(({ name }) => name), axisLabel: text, axisTick: { show: false }, axisLine: { lineStyle: { color: token('--line-strong') } } },
        series: [
          { type: 'bar', barGap: '-100%', barWidth: 14, itemStyle: { color: token('--surface-3'), borderColor: token('--line-strong'), borderWidth: 1 }, data: rows.map(({ denominator }) => denominator), silent: false },
          { type: 'bar', barWidth: 14, itemStyle: { color: token('--text-2') }, data: rows.map(({ numerator }) => numerator), label: { show: true, position: 'right', ...text, formatter: ({ dataIndex }: { dataIndex: number }) => `${rows[dataIndex]!.numerator} / ${rows[dataIndex]!.denominator}` } },
        ],
      });
    },
    close() {
      seen.disconnect();
      chart.dispose();
    },
  };
}
