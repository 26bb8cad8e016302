/** The look of a report: ink on white, hard rules, one face; no picture, no font, no script, nothing fetched. */
export const reportStyle = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; color: #0a0a0a; background: #fff; font: 1rem/1.5 "IBM Plex Sans Condensed", "Arial Narrow", "Liberation Sans Narrow", sans-serif; font-variant-numeric: tabular-nums slashed-zero; }
h1 { font-size: 1.75rem; line-height: 2rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: .8125rem; text-transform: uppercase; letter-spacing: .06em; border-bottom: 2px solid #0a0a0a; margin: 2rem 0 .5rem; padding-bottom: .25rem; break-after: avoid; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; overflow-wrap: anywhere; break-after: avoid; }
p { margin: .25rem 0; max-width: 65ch; overflow-wrap: anywhere; }
header { border-bottom: 4px solid #0a0a0a; padding-bottom: 1rem; }
.state { font-weight: 700; letter-spacing: .06em; }
.note, .muted { color: #333; }
.mark { border-left: 4px solid #5a3c00; padding-left: .75rem; color: #5a3c00; }
code, pre, td.data, td.when, dd { font-family: "JetBrains Mono", "DejaVu Sans Mono", "Liberation Mono", monospace; font-size: .8125rem; line-height: 1.25rem; }
pre { margin: .25rem 0; padding: .5rem; border: 1px solid #6e6e6e; white-space: pre-wrap; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: 0; margin: .5rem 0; border: 1px solid #6e6e6e; }
dl > div { padding: .5rem .75rem; border: 1px solid #dedede; }
dt { font-size: .75rem; text-transform: uppercase; letter-spacing: .06em; color: #454545; }
dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: .875rem; }
caption { text-align: left; color: #333; padding: .25rem 0; }
th { text-align: left; font-size: .75rem; text-transform: uppercase; letter-spacing: .06em; border-bottom: 2px solid #0a0a0a; padding: .25rem .5rem; vertical-align: bottom; }
td { border-bottom: 1px solid #6e6e6e; padding: .25rem .5rem; vertical-align: top; overflow-wrap: anywhere; }
thead { display: table-header-group; }
@media print, (min-width: 40rem) { td.when { width: 1%; white-space: nowrap; } }
tr, dl, article { break-inside: avoid; }
.diff { padding: 0; white-space: normal; }
.diff span { display: block; padding: 0 .5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.diff .add { background: #e2f5e9; }
.diff .del { background: #fbe6e6; }
.diff .hunk { background: #ebebeb; color: #333; }
a { color: inherit; }
nav ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0 1.5rem; }
nav a { display: inline-block; padding: .6rem 0; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } nav { display: none; } .diff .add, .diff .del, .diff .hunk { print-color-adjust: exact; } @page { margin: 15mm; } }
`;
