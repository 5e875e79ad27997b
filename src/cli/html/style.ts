import { DARK, LIGHT, variablesOf } from './palette.js'

const TYPE = `
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main,header.top,footer{max-width:1120px;margin:0 auto;padding:0 24px}
header.top{padding-top:40px}
footer{padding-top:8px;padding-bottom:56px;color:var(--muted);font-size:13px}
h1{font-size:30px;line-height:1.2;font-weight:650;letter-spacing:-.015em;margin:4px 0 6px;overflow-wrap:anywhere}
h2{font-size:19px;line-height:1.3;font-weight:650;letter-spacing:-.005em;margin:40px 0 12px}
h3{font-size:15px;font-weight:650;margin:0;display:inline;overflow-wrap:anywhere}
h4{font-size:13px;font-weight:600;margin:14px 0 4px;color:var(--muted);overflow-wrap:anywhere}
p{margin:0 0 10px}
ul,ol{margin:0;padding:0;list-style:none}
a{color:var(--accent);text-underline-offset:2px}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.88em;overflow-wrap:anywhere}
.muted{color:var(--muted)}
.eyebrow{margin:0;color:var(--muted);font-size:13px;font-weight:600;letter-spacing:.02em}
.headline{font-size:16px;color:var(--text);margin:0 0 4px;overflow-wrap:anywhere}
`

const PARTS = `
.verdict{margin:20px 0 0;padding:12px 16px;border:1px solid var(--line);border-left:4px solid var(--create);border-radius:6px;background:var(--surface);overflow-wrap:anywhere}
.verdict.no{border-left-color:var(--remove);background:var(--alarm)}
.verdict.note{border-left-color:var(--update);background:var(--notice)}
.verdict p{margin:0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));margin:20px 0 0;padding:0;background:var(--surface);border:1px solid var(--line);border-radius:8px;overflow:hidden}
.figures div{border:solid var(--line);border-width:0 1px 1px 0;margin:0 -1px -1px 0;padding:14px 16px;display:flex;flex-direction:column}
.figures dt{order:2;color:var(--muted);font-size:13px}
.figures dd{order:1;margin:0;font-size:26px;line-height:1.2;font-weight:600;font-variant-numeric:tabular-nums}
.figures small{order:3;color:var(--muted);font-size:12px;overflow-wrap:anywhere}
.figures .bad dd{color:var(--remove)}
.figures .careful dd{color:var(--update)}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:6px 20px;margin:0}
.facts dt{color:var(--muted)}
.facts dd{margin:0;overflow-wrap:anywhere}
.panel{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:16px}
.notices li{padding:10px 14px;border:1px solid var(--line);border-left:4px solid var(--update);border-radius:6px;background:var(--surface);margin:0 0 8px;overflow-wrap:anywhere}
.notices li.bad{border-left-color:var(--remove)}
.notices li.maybe{border-left-color:var(--maybe)}
.notices p{margin:4px 0 0;white-space:pre-wrap}
.tag{display:inline-block;padding:0 7px;border:1px solid currentColor;border-radius:10px;font-size:12px;line-height:18px;font-weight:600;white-space:nowrap}
.create{color:var(--create)}.update{color:var(--update)}.replace,.delete,.bad>.tag{color:var(--remove)}.run{color:var(--run)}.maybe>.tag,.tag.maybe,span.maybe{color:var(--maybe)}
.tag.stop,.tag.restart,.tag.reload,.tag.drain,.tag.drift,.tag.unfinished,.tag.owed,.tag.leftover{color:var(--update);background:var(--notice)}
.tag.reboot,.tag.data-loss,.tag.impossible{color:var(--remove);background:var(--alarm)}
.tag.secret{color:var(--muted)}
`

const TABLE = `
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:8px;background:var(--surface)}
.scroll:focus-visible,summary:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}
th,td{padding:7px 12px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{vertical-align:bottom;font-weight:600;color:var(--muted);min-width:88px;max-width:200px;overflow-wrap:anywhere}
tbody th{font-weight:500;white-space:nowrap;position:sticky;left:0;background:var(--surface);border-right:1px solid var(--line)}
thead th:first-child{position:sticky;left:0;background:var(--surface);border-right:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}
td{white-space:nowrap}
.sign{margin-right:8px;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
td .hit{display:block;color:var(--update);font-weight:600;font-size:12px}
td .hit.worst{color:var(--remove)}
.legend{color:var(--muted);font-size:13px;margin:10px 0 0}
.legend span{white-space:nowrap;margin-right:14px}
`

const STEPS = `
details{min-width:0}
summary{cursor:pointer}
.step{background:var(--surface);border:1px solid var(--line);border-radius:8px;margin:0 0 10px}
.step>summary{padding:12px 16px;list-style-position:outside;display:grid;grid-template-columns:14px minmax(0,1fr) auto;gap:2px 8px;align-items:baseline}
.step>summary::-webkit-details-marker{display:none}
.step>summary::before{content:"+";color:var(--muted);font-family:ui-monospace,Menlo,Consolas,monospace}
.step[open]>summary::before{content:"-"}
.step>summary .where{grid-column:2/4;color:var(--muted);font-size:13px;overflow-wrap:anywhere}
.step .body{padding:0 16px 14px 38px;border-top:1px solid var(--line)}
.why{margin:12px 0 0;color:var(--muted)}
.group>summary{padding:6px 0;font-size:13px;font-weight:600;color:var(--muted);overflow-wrap:anywhere}
.ops>li{border-top:1px solid var(--line);padding:7px 0}
.ops>li:first-child{border-top:0}
.op{display:grid;grid-template-columns:78px 70px minmax(0,2fr) minmax(0,3fr);gap:0 8px;align-items:baseline}
.op .what{font-weight:600;font-size:13px}
.op .kind{color:var(--muted);font-size:13px}
.op .more{grid-column:4;font-size:13px;overflow-wrap:anywhere}
.op .more .tag{margin-right:6px}
.notes{color:var(--muted);font-size:13px}
.notes li{white-space:pre-wrap;overflow-wrap:anywhere}
.beside{margin-left:164px}
.diff{margin:4px 0 0 164px}
.diff>summary{font-size:13px;color:var(--accent)}
pre{margin:6px 0 4px;padding:8px 0;background:var(--sunken);border-radius:6px;overflow-x:auto;font-size:12.5px;line-height:1.5;overflow-wrap:normal;tab-size:4}
pre code{display:inline-block;min-width:100%;font-size:inherit;overflow-wrap:normal}
pre .l{display:block;padding:0 12px;white-space:pre;min-height:1.5em}
pre .add{background:var(--added);color:var(--create)}
pre .del{background:var(--removed);color:var(--remove)}
pre .at{color:var(--accent)}
.gates{margin:12px 0 0;padding:10px 0 0;border-top:1px solid var(--line);color:var(--muted);font-size:13px}
.gates li{overflow-wrap:anywhere;padding-left:18px;text-indent:-18px}
`

const PICTURE = `
.picture svg{display:block;width:100%;height:auto;margin:0 auto;max-width:920px;font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.picture svg.narrow{display:none;max-width:420px}
.picture .tier{fill:var(--sunken);stroke:none}
.picture .card{fill:var(--surface);stroke:var(--line);stroke-width:1}
.picture .card.changed{stroke:var(--accent);stroke-width:1.5}
.picture .card.disrupted{stroke:var(--update);stroke-width:2}
.picture .card.worst{stroke:var(--remove);stroke-width:2}
.picture .card.unread{stroke:var(--remove);stroke-width:1.5;stroke-dasharray:4 3}
.picture .card.outside,.picture .card.skipped{stroke:var(--muted);stroke-dasharray:4 3}
.picture text{fill:var(--text);font-size:12.5px}
.picture .name{font-size:14px;font-weight:650}
.picture .title{font-size:13px;font-weight:650}
.picture .small{font-size:12px;fill:var(--muted)}
.picture .chip{fill:var(--sunken);stroke:var(--line)}
.picture .chip-text{font-size:11.5px}
.picture .strong{font-weight:600}
.picture .hit{fill:var(--update);font-weight:650}
.picture .worst-text{fill:var(--remove);font-weight:650}
.picture .wire{fill:none;stroke:var(--muted);stroke-width:1.5}
.picture .head{fill:var(--muted)}
.picture tspan.create{fill:var(--create)}.picture tspan.update{fill:var(--update)}.picture tspan.replace,.picture tspan.delete{fill:var(--remove)}.picture tspan.run{fill:var(--run)}.picture tspan.maybe{fill:var(--maybe)}
`

const SMALL = `
@media (max-width:700px){
main,header.top,footer{padding-left:16px;padding-right:16px}
header.top{padding-top:24px}
h1{font-size:25px}
.figures{grid-template-columns:repeat(2,1fr)}
.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:8px}
.picture.panel{padding:0;border:0;background:none}
.picture svg.wide{display:none}.picture svg.narrow{display:block}
.step .body{padding:0 12px 12px}
.step>summary{grid-template-columns:14px minmax(0,1fr)}.step>summary .where{grid-column:2}.step>summary .total{grid-column:2}
.op{grid-template-columns:auto 1fr}.op .name,.op .more{grid-column:1/3}
.beside,.diff{margin-left:0}
tbody th{white-space:normal;min-width:112px}
}`

const PRINT = `
@media print{
:root{${variablesOf(LIGHT)};color-scheme:light}
body{background:#fff;font-size:11px}
main,header.top,footer{max-width:none;padding:0}
.figures{grid-template-columns:repeat(6,1fr)}
details::details-content{content-visibility:visible;display:block;block-size:auto;height:auto}
.step>summary::before{content:""}
.step,.figures,.picture,.notices li{break-inside:avoid-page}
.step:has(.diff){break-inside:auto}
.scroll{overflow:visible}
pre{overflow:visible}pre .l{white-space:pre-wrap;overflow-wrap:anywhere}
h2,h3,h4,summary{break-after:avoid}
a{color:inherit;text-decoration:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}`

/** The whole style: no fonts and no pictures from elsewhere; colours by the scheme the reader prefers. */
export const STYLE = `:root{color-scheme:light dark;${variablesOf(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${variablesOf(DARK)}}}
${TYPE}${PARTS}${TABLE}${STEPS}${PICTURE}${SMALL}${PRINT}`
