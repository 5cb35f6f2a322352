// What a dashboard's JSON must be, by Grafana's own types. These leave a panel's options open, so each kind of panel
// that we use has those of its own here; and they know no queries of Prometheus, so a query is told in full.
import type { Dashboard, FieldConfigSource, Panel, RowPanel } from '@grafana/schema';
import type { Options as BarGauge } from
  '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type { Options as Stat } from
  '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { FieldConfig as TableField, Options as Table } from
  '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type { FieldConfig as TimeSeriesField, Options as TimeSeries } from
  '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

// JSON has the values of an enumeration, not its names: `${E}` is their text, and a numeric one takes its numbers.
export type Json<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends Array<infer Each>
      ? Array<Json<Each>>
      : T extends object
        ? { [Key in keyof T]: Json<T[Key]> }
        : T;

interface Query {
  refId: string;
  datasource: { type: 'prometheus'; uid: '${datasource}' };
  expr: string;
  legendFormat?: string;
  format?: 'time_series' | 'table' | 'heatmap';
  instant?: boolean;
  range?: boolean;
}

type Of<Kind extends string, Options, Field> = Omit<Json<Panel>, 'type' | 'options' | 'fieldConfig' | 'targets'> & {
  type: Kind;
  options: Json<Partial<Options>>;
  fieldConfig: Omit<Json<FieldConfigSource>, 'defaults'> & {
    defaults: Omit<Json<FieldConfigSource['defaults']>, 'custom'> & { custom?: Json<Partial<Field>> };
  };
  targets: Query[];
};

type Row = Omit<Json<RowPanel>, 'panels'> & { panels: Drawn[] };
type Drawn =
  | Of<'timeseries', TimeSeries, TimeSeriesField>
  | Of<'stat', Stat, Record<string, never>>
  | Of<'bargauge', BarGauge, Record<string, never>>
  | Of<'table', Table, TableField>;

export type OurDashboard = Omit<Json<Dashboard>, 'panels'> & { panels: Array<Drawn | Row> };
