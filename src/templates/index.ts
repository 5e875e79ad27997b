import * as formats from './formats.js'
import { template } from './template.js'
import aptConf from './apt.conf.hbs'
import aptSources from './apt.sources.hbs'
import crictl from './crictl.yaml.hbs'
import hosts from './hosts.toml.hbs'
import modules from './modules.conf.hbs'
import sysctl from './sysctl.conf.hbs'

/** What each template needs. All of it has to be given: a missing value is an error, an absent one is null. */
export interface TemplateData {
  readonly 'apt.conf': { readonly host: string; readonly authority: string }
  readonly 'apt.sources': {
    readonly uri: string
    readonly suite: string
    readonly component: string | null
    readonly keyring: string
  }
  readonly 'crictl.yaml': { readonly endpoint: string; readonly timeoutSeconds: number }
  readonly 'hosts.toml': {
    readonly endpoints: readonly { readonly url: string }[]
    readonly ca: string | null
    readonly skipVerify: boolean
    readonly overridePath: boolean
  }
  readonly 'modules.conf': { readonly modules: readonly string[] }
  readonly 'sysctl.conf': {
    readonly settings: readonly { readonly key: string; readonly value: number; readonly atLeast: boolean }[]
  }
}

const TEMPLATES: { readonly [Name in keyof TemplateData]: (data: TemplateData[Name]) => string } = {
  'apt.conf': template('apt.conf', aptConf, formats.aptConf),
  'apt.sources': template('apt.sources', aptSources, formats.deb822),
  'crictl.yaml': template('crictl.yaml', crictl, formats.yaml),
  'hosts.toml': template('hosts.toml', hosts, formats.toml),
  'modules.conf': template('modules.conf', modules, formats.conf),
  'sysctl.conf': template('sysctl.conf', sysctl, formats.conf),
}

/** The text of a configuration file, ending with a line break. Throws TEMPLATE_INVALID for a value that does not fit into it. */
export function render<Name extends keyof TemplateData>(name: Name, data: TemplateData[Name]): string {
  return TEMPLATES[name](data)
}
