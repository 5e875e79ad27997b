// crictl, as far as kubeadm calls it, by the kubelet's own client of container runtimes: Debian has no package of it.
package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1alpha2"
	"k8s.io/kubernetes/pkg/kubelet/cri/remote"
)

const (
	socket = "unix:///run/containerd/containerd.sock"
	// A pod may take its time to stop.
	patience = 2 * time.Minute
)

func main() {
	endpoint, words := arguments(os.Args[1:])
	if err := run(endpoint, words); err != nil {
		fmt.Fprintln(os.Stderr, "crictl:", err)
		os.Exit(1)
	}
}

// The runtime's address, and what is left without options: of those none changes what is done here.
func arguments(args []string) (endpoint string, words []string) {
	endpoint = socket
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case (arg == "-r" || arg == "--runtime-endpoint") && i+1 < len(args):
			i++
			endpoint = args[i]
		case (arg == "-t" || arg == "--timeout" || arg == "-i" || arg == "--image-endpoint") && i+1 < len(args):
			i++
		case strings.HasPrefix(arg, "--runtime-endpoint="):
			endpoint = strings.TrimPrefix(arg, "--runtime-endpoint=")
		case !strings.HasPrefix(arg, "-"):
			words = append(words, arg)
		}
	}
	if strings.HasPrefix(endpoint, "/") {
		endpoint = "unix://" + endpoint
	}
	return endpoint, words
}

func run(endpoint string, words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("no command given")
	}
	command, ids := words[0], words[1:]
	switch command {
	case "inspecti", "pull":
		return onImages(endpoint, command, ids)
	case "info", "pods", "stopp", "rmp":
		return onPods(endpoint, command, ids)
	}
	return fmt.Errorf("%q is not among what the lab's crictl can do: info inspecti pods pull rmp stopp", command)
}

func onImages(endpoint, command string, names []string) error {
	images, err := remote.NewRemoteImageService(endpoint, patience)
	if err != nil {
		return err
	}
	for _, name := range names {
		spec := &cri.ImageSpec{Image: name}
		if command == "pull" {
			if _, err := images.PullImage(spec, nil, nil); err != nil {
				return err
			}
			continue
		}
		found, err := images.ImageStatus(spec)
		if err != nil {
			return err
		}
		if found == nil {
			return fmt.Errorf("no such image %q present", name)
		}
		fmt.Println(found.Id)
	}
	return nil
}

func onPods(endpoint, command string, ids []string) error {
	pods, err := remote.NewRemoteRuntimeService(endpoint, patience)
	if err != nil {
		return err
	}
	switch command {
	case "info":
		status, err := pods.Status()
		if err == nil {
			fmt.Println(status.String())
		}
		return err
	case "pods":
		return list(pods.ListPodSandbox(nil))
	}
	for _, id := range ids {
		act := pods.StopPodSandbox
		if command == "rmp" {
			act = pods.RemovePodSandbox
		}
		if err := act(id); err != nil {
			return err
		}
	}
	return nil
}

func list(found []*cri.PodSandbox, err error) error {
	for _, pod := range found {
		fmt.Println(pod.Id)
	}
	return err
}
