import { sh, type Script } from '../../shell.js'

const SOCKET = '/run/containerd/containerd.sock'

/**
 * Asks the containerd that runs, by the call of CRI with which the kubelet begins: 0 it is ready, 1 it is not (says why), 2 cannot
 * tell. Its unit is active all the same when the CRI plugin refused its configuration, and `config dump` shows nothing of that.
 * curl speaks gRPC well enough for a request without fields; where it is not installed yet, the list of plugins has to do.
 */
export function criReady(containerdSocket = SOCKET, ctr = 'ctr'): Script {
  return sh`
# Of a plugin that was refused, containerd keeps the reason.
plugins() {
  timeout 10 ${ctr} -a ${containerdSocket} plugins ls -d 2>/dev/null | awk '
    function over() {
      if (id == "cri" || type == "io.containerd.cri.v1") { if (why != "") { if (bad == "") bad = why } else if (id == "cri") good = 1 }
      id = type = why = ""
    }
    /^Type:/ { over(); type = $2; seen = 1 }
    /^ID:/ { id = $2 }
    /^ *Message:/ { sub(/^ *Message: */, ""); why = $0 }
    END {
      over()
      if (!seen) exit 2
      if (bad != "") print bad
      exit bad != "" || !good
    }'
}
said=
if command -v curl >/dev/null; then
  for again in 1 2 3 4 5; do
    # Kubernetes 1.22 and containerd before 1.6 know the older name alone.
    for api in v1 v1alpha2; do
      said=$(printf '\0\0\0\0\0' | curl -qsSm 10 --noproxy '*' --http2-prior-knowledge --unix-socket ${containerdSocket} -H 'Content-Type: application/grpc' -H 'TE: trailers' --data-binary @- -D - -o /dev/null "http://containerd/runtime.$api.RuntimeService/Status" 2>&1)
      # 92: the stream was reset before its end was read, as it is if nobody serves the call; the plugins tell.
      case $? in 0) ;; 92) said=; break 2 ;; 7) echo "containerd does not listen on" ${containerdSocket}; exit 1 ;; *) echo "containerd does not answer: $said"; exit 2 ;; esac
      case $said in *'grpc-status: 0'*) exit 0 ;; *'grpc-status: 12'*) ;; *) break ;; esac
    done
    case $said in *'grpc-status: 12'*) break ;; esac
    # Right after its start the plugin is there and not ready yet.
    sleep 1
  done
fi
why=$(plugins)
case $? in
  0) if [ -z "$said" ]; then exit 0; fi; echo "the CRI plugin does not answer: $(printf '%s' "$said" | sed -n 's/^grpc-message: *//p')"; exit 1 ;;
  1) echo "the CRI plugin is not loaded$(printf '%s' "$why" | sed 's/^/: /')"; exit 1 ;;
  *) echo 'the list of plugins of containerd cannot be read'; exit 2 ;;
esac`
}
