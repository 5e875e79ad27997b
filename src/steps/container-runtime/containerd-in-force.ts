import { sh, type Script } from '../../shell.js'
import { CERTS_DIRECTORY, CNI_BINARIES, CNI_CONFIGURATION } from './containerd-config.js'

const CONFIG = '/etc/containerd/config.toml'

/**
 * Reads what containerd makes of its configuration: 0 it is what pods need, 1 it is not (says which key), 2 cannot tell.
 * The exit status of `config dump` proves nothing: containerd ignores a version or key it does not know without a word. Every
 * name of a key that 1.x and 2.x use is accepted, so that the answer stays right when another major has come under the file.
 */
export function containerdInForce(sandboxImage: string, containerd = 'containerd', config = CONFIG): Script {
  return sh`
dump=$(${containerd} -c ${config} config dump) || exit 2
printf '%s\n' "$dump" | awk -v image=${sandboxImage} -v certs=${CERTS_DIRECTORY} -v bin=${CNI_BINARIES} -v net=${CNI_CONFIGURATION} '
  { gsub(/["'\'' \t\r]/, "") }
  /^\[/ { table = substr($0, 2, length($0) - 2); next }
  /=/ {
    at = index($0, "=")
    key = table "." substr($0, 1, at - 1)
    value = substr($0, at + 1)
    sub(/^plugins\.io\.containerd\.(grpc\.v1\.cri|cri\.v1\.runtime|cri\.v1\.images)\./, "", key)
    got[key] = value
  }
  function want(name, a, b, value, seen) {
    seen = (b in got) ? got[b] : (a in got) ? got[a] : "not set"
    if (got[a] == value || got[b] == value || got[b] == "[" value "]") return
    printf "%s is %s, wanted %s\n", name, seen, value
    wrong = 1
  }
  END {
    want("SystemdCgroup", "containerd.runtimes.runc.options.SystemdCgroup", "", "true")
    want("the sandbox image", "sandbox_image", "pinned_images.sandbox", image)
    want("the directory of CNI plugins", "cni.bin_dir", "cni.bin_dirs", bin)
    want("the directory of CNI configurations", "cni.conf_dir", "", net)
    want("the directory of registry mirrors", "registry.config_path", "", certs)
    if (got[".disabled_plugins"] ~ /[[,](io\.containerd\.)?(grpc\.v1\.cri|cri\.v1\.runtime|cri\.v1\.images|cri)[],]/) {
      print "the CRI plugin is disabled"
      wrong = 1
    }
    exit wrong
  }'`
}
