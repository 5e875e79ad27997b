// Turns `import spec from './x.hbs'` into a precompiled template, for the build (esbuild) and for the tests (vite). Only the
// runtime of Handlebars is shipped: no template is ever compiled on a user's machine.
import { readFile } from 'node:fs/promises'
import Handlebars from 'handlebars'

const FORBIDDEN = ['PartialStatement', 'PartialBlockStatement', 'Decorator', 'DecoratorBlock']

/** `{{{x}}}` would go round the escaping of the target format; partials and decorators are not needed by any template. */
class Strict extends Handlebars.Visitor {
  /**
   * @override
   * @param {hbs.AST.MustacheStatement} mustache
   */
  MustacheStatement(mustache) {
    if (!mustache.escaped) this.refuse('an unescaped value', mustache)
    super.MustacheStatement(mustache)
  }
  /**
   * @param {string} what
   * @param {hbs.AST.Node} node
   */
  refuse(what, node) {
    throw new SyntaxError(`${what} in a template, line ${node.loc.start.line}`)
  }
}
for (const kind of FORBIDDEN) {
  Object.defineProperty(Strict.prototype, kind, {
    value(/** @type {hbs.AST.Node} */ node) {
      Strict.prototype.refuse(kind, node)
    },
  })
}

/** @param {string} path */
async function moduleOf(path) {
  const source = await readFile(path, 'utf8')
  new Strict().accept(Handlebars.parse(source))
  const spec = Handlebars.precompile(source, { strict: true, knownHelpersOnly: true, preventIndent: true })
  return `export default ${spec}\n`
}

/**
 * For esbuild.
 * @returns {import('esbuild').Plugin}
 */
export function handlebars() {
  return {
    name: 'handlebars',
    setup(context) {
      context.onLoad({ filter: /\.hbs$/ }, async ({ path }) => ({ contents: await moduleOf(path), loader: 'js' }))
    },
  }
}

/** For vite and vitest. */
export const vitePlugin = {
  name: 'handlebars',
  enforce: /** @type {const} */ ('pre'),
  async load(/** @type {string} */ id) {
    return id.endsWith('.hbs') ? { code: await moduleOf(id), map: null } : undefined
  },
}
