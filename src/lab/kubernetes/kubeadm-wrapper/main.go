// Kubeadm of the lab's packages. The binaries of the lab are Kubernetes 1.20 that claim a later version, and kubeadm 1.20 reads
// kubeadm.k8s.io/v1beta2 alone. So this program stands in its place: it reads the configuration as strictly as the claimed
// version would, rewrites it, and hands everything else to the real one.
package main

import (
	"fmt"
	"os"
)

// Both are set by the linker: the version that the package claims (v1.22.17), and where the real kubeadm lies.
var (
	claims = ""
	real   = "/usr/lib/kubeadm/kubeadm"
)

func main() {
	args, err := adapt(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "%v\nTo see the stack trace of this error execute with --v=5 or higher\n", err)
		os.Exit(1)
	}
	if args.validateOnly {
		fmt.Println("ok")
		return
	}
	os.Exit(run(args))
}
