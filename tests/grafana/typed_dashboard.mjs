// Prints grafana/cutover.json as TypeScript: each part is a literal assigned to its type, so that a wrong word is an error. Names of
// enumerations stand in the types as enumerators; their values are taken back from a union of their texts.
import { readFileSync } from 'node:fs';

const dashboard = JSON.parse(readFileSync(process.argv[2], 'utf-8'));
const { panels, templating, annotations, ...head } = dashboard;

// A string enumeration as the union of its texts, all the way down; what a data source defines for itself is left open.
console.log(`import type { Dashboard, Panel, RowPanel, VariableModel, AnnotationQuery, GraphFieldConfig,
  VizLegendOptions, VizTooltipOptions } from '@grafana/schema';

type Plain<T> = T extends string ? \`\${T}\` : T extends number ? (number extends T ? number : \`\${T}\` extends \`\${infer N extends number}\` ? N : T)
  : T extends readonly (infer E)[] ? Plain<E>[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
interface PrometheusTarget { refId: string; datasource: { type: string; uid: string }; expr: string; legendFormat: string;
  instant: boolean; range: boolean; format?: 'time_series' | 'table' | 'heatmap'; }
interface PrometheusAnnotation { expr: string; step: string; titleFormat: string; textFormat: string; useValueForTime: 'on'; }
type TypedPanel = Omit<Plain<Panel>, 'targets'> & { targets: PrometheusTarget[] };
`);
console.log(`export const head: Plain<Omit<Dashboard, 'panels' | 'templating' | 'annotations'>> = ${JSON.stringify(head)};`);
templating.list.forEach((variable, i) => {
  console.log(`export const variable${i}: Plain<VariableModel> = ${JSON.stringify(variable)};`);
});
annotations.list.forEach((note, i) => {
  console.log(`export const note${i}: Plain<AnnotationQuery> & PrometheusAnnotation = ${JSON.stringify(note)};`);
});
panels.forEach((panel, i) => {
  if (panel.type === 'row') {
    console.log(`export const row${i}: Plain<RowPanel> = ${JSON.stringify(panel)};`);
    return;
  }
  console.log(`export const panel${i}: TypedPanel = ${JSON.stringify(panel)};`);
  if (panel.type !== 'timeseries') return;
  console.log(`export const custom${i}: Plain<GraphFieldConfig> = ${JSON.stringify(panel.fieldConfig.defaults.custom)};`);
  console.log(`export const options${i}: { legend: Partial<Plain<VizLegendOptions>>; tooltip: Partial<Plain<VizTooltipOptions>> } = ${JSON.stringify(panel.options)};`);
});
