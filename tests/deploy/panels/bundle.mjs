// Makes one script and one style of main.jsx and of the parts of Grafana that it uses: bundle.js and bundle.css.
import * as esbuild from 'esbuild';

const asText = Object.fromEntries(['.ttf', '.svg', '.woff2', '.png'].map((end) => [end, 'dataurl']));
await esbuild.build({
  entryPoints: ['main.jsx'],
  outfile: 'bundle.js',
  bundle: true,
  format: 'iife',
  minify: true,
  jsx: 'automatic',
  loader: asText,
  define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
  logLevel: 'error',
});
