const API = 'vendor/k8s.io/cri-api/pkg/apis/runtime/v1alpha2/api.pb.go'

/**
 * Lines of a shell script that make /tmp/overlay.json for `go build`, run in Kubernetes' source: with it the programs call containerd
 * by the names of CRI v1. Its messages are those of v1alpha2, which is all that 1.20 knows (kubernetes/kubernetes#106501). More
 * files to replace are pairs of paths.
 */
export function criV1Overlay(more: readonly (readonly [replaced: string, by: string])[] = []): string {
  const pairs = [[API, '/tmp/api.pb.go'], ...more].map(([replaced, by]) => `"'"$PWD"'/${replaced}": "${by}"`)
  return `sed -E 's#runtime\\.v1alpha2\\.(Runtime|Image)Service#runtime.v1.\\1Service#g' ${API} > /tmp/api.pb.go
echo '{"Replace": {${pairs.join(', ')}}}' > /tmp/overlay.json`
}

/** Whether the kubelet of that version speaks CRI v1 alone: since 1.26. containerd 2 speaks nothing else. */
export function speaksCriV1(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 1 || minor >= 26
}
