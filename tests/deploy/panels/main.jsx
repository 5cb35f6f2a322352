// A dashboard and the answers to its queries, drawn with Grafana's own panels at the places that its JSON gives them.
// The page sets window.PAGE = {dashboard, answers by panel id, from, to, mode}.
import {
  createTheme, dateTime, getDisplayValueAlignmentFactors, getFieldDisplayValues, ThemeContext,
} from '@grafana/data';
import { BarGauge, BigValue, PanelChrome, TimeSeries, VizRepeater } from '@grafana/ui';
import { createRoot } from 'react-dom/client';
import 'uplot/dist/uPlot.min.css';
import { framesOf } from './answers.js';

const { dashboard, answers, from, to, mode } = window.PAGE;
const theme = createTheme({ colors: { mode } });
const WIDTH = 1600;
const COLUMNS = 24;
const ROW = 30;
const GAP = 8;

function place({ x, y, w, h }) {
  const column = (WIDTH - GAP) / COLUMNS;
  return { left: GAP + x * column, top: y * (ROW + GAP), width: w * column - GAP, height: h * (ROW + GAP) - GAP };
}

function Lines({ panel, frames, width, height }) {
  const range = { from: dateTime(from), to: dateTime(to), raw: { from: dateTime(from), to: dateTime(to) } };
  return <TimeSeries frames={frames} width={width} height={height} timeZone="utc" timeRange={range}
    legend={panel.options.legend} options={panel.options} />;
}

function figuresOf(panel, frames) {
  return getFieldDisplayValues({
    data: frames, theme, timeZone: 'utc', replaceVariables: (text) => text,
    reduceOptions: panel.options.reduceOptions, sparkline: panel.options.graphMode === 'area',
    fieldConfig: { defaults: panel.fieldConfig.defaults, overrides: [] },
  });
}

function Figures({ panel, frames, width, height, each }) {
  const values = figuresOf(panel, frames);
  return <VizRepeater source={frames} getValues={() => values} renderCounter={0} width={width} height={height}
    orientation={panel.options.orientation} itemSpacing={panel.type === 'bargauge' ? 8 : 0} autoGrid
    minVizHeight={panel.options.minVizHeight} minVizWidth={panel.options.minVizWidth}
    maxVizHeight={panel.options.maxVizHeight} getAlignmentFactors={getDisplayValueAlignmentFactors}
    renderValue={each} />;
}

function Numbers({ panel, frames, width, height }) {
  const many = figuresOf(panel, frames).length;
  const each = ({ value, alignmentFactors, width: w, height: h, count }) => {
    // One figure stands below the panel's title and needs no name, as in Grafana.
    const mode = panel.options.textMode === 'auto' && many > 1 ? 'value_and_name' : panel.options.textMode;
    return <BigValue value={value.display} count={count} width={w} height={h} theme={theme}
      colorMode={panel.options.colorMode} graphMode={panel.options.graphMode} justifyMode={panel.options.justifyMode}
      textMode={mode} alignmentFactors={alignmentFactors} sparkline={value.sparkline} />;
  };
  return <Figures {...{ panel, frames, width, height, each }} />;
}

function Bars({ panel, frames, width, height }) {
  const each = ({ value, alignmentFactors, width: w, height: h, orientation }) =>
    <BarGauge value={value.display} width={w} height={h} orientation={orientation} field={value.field} theme={theme}
      display={value.view?.getFieldDisplayProcessor(value.colIndex)} itemSpacing={8} lcdCellWidth={12}
      displayMode={panel.options.displayMode} showUnfilled={panel.options.showUnfilled}
      valueDisplayMode={panel.options.valueMode} namePlacement={panel.options.namePlacement}
      alignmentFactors={alignmentFactors} />;
  return <Figures {...{ panel, frames, width, height, each }} />;
}

// Grafana's table lives on transformations, which are no panel's; what the query answers is shown as it is.
function Labels({ panel }) {
  const rows = answers[panel.id].flatMap(({ series }) => series.map(({ metric }) => metric));
  const { excludeByName, indexByName, renameByName } = panel.transformations[0].options;
  const columns = Object.keys(indexByName).filter((name) => !excludeByName[name] && rows.some((row) => row[name]));
  return <table>
    <thead><tr>{columns.map((name) => <th key={name}>{renameByName[name] ?? name}</th>)}</tr></thead>
    <tbody>{rows.map((row, at) => <tr key={at}>{columns.map((name) => <td key={name}>{row[name]}</td>)}</tr>)}</tbody>
  </table>;
}

const KINDS = { timeseries: Lines, stat: Numbers, bargauge: Bars, table: Labels };

function Panel({ panel }) {
  const at = place(panel.gridPos);
  if (panel.type === 'row') return <h3 className="row" style={{ position: 'absolute', ...at }}>{panel.title}</h3>;
  const frames = framesOf(panel, answers[panel.id], theme);
  const Kind = KINDS[panel.type];
  return <div className="panel" data-title={panel.title} style={{ position: 'absolute', ...at }}>
    <PanelChrome title={panel.title} description={panel.description} width={at.width} height={at.height} padding="md">
      {(width, height) => frames.length || panel.type === 'table'
        ? <Kind panel={panel} frames={frames} width={width} height={height} /> : <p className="empty">No data</p>}
    </PanelChrome>
  </div>;
}

function Dashboard() {
  const bottom = Math.max(...dashboard.panels.map(({ gridPos: { y, h } }) => y + h));
  return <ThemeContext.Provider value={theme}>
    <h2>{dashboard.title}</h2>
    <div style={{ position: 'relative', width: WIDTH, height: bottom * (ROW + GAP) }}>
      {dashboard.panels.map((panel) => <Panel key={panel.id} panel={panel} />)}
    </div>
  </ThemeContext.Provider>;
}

const style = document.createElement('style');
// What Grafana's own page sets for all of it.
style.textContent = `
  *, ::before, ::after { box-sizing: border-box }
  button { font: inherit; color: inherit; background: none; border: 0; padding: 0 }
  body { margin: 0; width: ${WIDTH}px; font: ${theme.typography.body.fontSize} sans-serif;
         background: ${theme.colors.background.canvas}; color: ${theme.colors.text.primary} }
  h2 { margin: 8px; font-weight: 500 } .row { margin: 0; line-height: ${ROW}px; font-weight: 500 }
  .empty { text-align: center; color: ${theme.colors.text.secondary} }
  table { width: 100%; border-collapse: collapse } th, td { text-align: left; padding: 4px 8px }
  th { color: ${theme.colors.text.secondary} } td { border-top: 1px solid ${theme.colors.border.weak} }`;
document.head.append(style);
window.addEventListener('error', ({ message }) => { document.title = `failed: ${message}`; });
createRoot(document.getElementById('root'), { onUncaughtError: (error) => { document.title = `failed: ${error}`; } })
  .render(<Dashboard />);
// Panels measure themselves once they are on the page, so they are drawn a few frames later.
setTimeout(() => { if (!document.title) document.title = 'drawn'; }, 1500);
