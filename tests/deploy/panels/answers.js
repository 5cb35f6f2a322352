// From what Prometheus answered to what Grafana's panels draw.
import { applyFieldOverrides, createDataFrame, FieldType, getDisplayProcessor } from '@grafana/data';

function nameOf(legend, metric) {
  return legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => metric[label] ?? '') || JSON.stringify(metric);
}

// The defaults, and what overrides give to the series of a name or of a query. The registry of Grafana's editors, which
// would do the same, is part of Grafana and of no package.
function configOf(panel, name, refId) {
  const config = structuredClone(panel.fieldConfig.defaults);
  for (const { matcher, properties } of panel.fieldConfig.overrides) {
    const wanted = { byName: name, byFrameRefID: refId }[matcher.id];
    if (wanted === matcher.options) for (const { id, value } of properties) config[id] = value;
  }
  return { ...config, displayNameFromDS: name };
}

function frameOf(panel, refId, legend, series) {
  const name = nameOf(legend, series.metric);
  const values = series.values.map(([, text]) => (Number.isFinite(Number(text)) ? Number(text) : null));
  return createDataFrame({
    refId,
    fields: [
      { name: 'Time', type: FieldType.time, config: {}, values: series.values.map(([time]) => time * 1000) },
      { name: 'Value', type: FieldType.number, labels: series.metric, config: configOf(panel, name, refId), values },
    ],
  });
}

// `answers`: one entry for each query, {refId, legend, series}.
export function framesOf(panel, answers, theme) {
  const data = answers.flatMap(({ refId, legend, series }) =>
    series.map((each) => frameOf(panel, refId, legend, each)));
  const frames = applyFieldOverrides({
    data, theme, timeZone: 'utc', replaceVariables: (text) => text, fieldConfig: { defaults: {}, overrides: [] },
  });
  for (const frame of frames) {
    for (const field of frame.fields) field.display = getDisplayProcessor({ field, theme, timeZone: 'utc' });
  }
  return frames;
}
