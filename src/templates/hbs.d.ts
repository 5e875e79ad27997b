/* eslint-disable @typescript-eslint/consistent-type-imports -- an import statement would make this file a module, whose declarations are no longer global */

/** A template as scripts/handlebars.mjs precompiles it. */
declare module '*.hbs' {
  const spec: import('./template.js').Spec
  export default spec
}

/** The part of Handlebars that is shipped, as far as it is used; its own types name this file wrongly. */
declare module 'handlebars/runtime.js' {
  const runtime: { create(): { template(spec: import('./template.js').Spec): (data: object) => string } }
  export default runtime
}
