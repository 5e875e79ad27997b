package main

import (
	"fmt"
	"strings"
	"time"
)

// addDefaults says what the claimed version would do where nothing is said, and 1.20 would not.
func (r *rewriting) addDefaults() {
	if !strings.HasPrefix(r.command, "init") && !strings.HasPrefix(r.command, "join") {
		return
	}
	if strings.HasPrefix(r.command, "init") {
		r.document("InitConfiguration")
		r.defaultCgroupDriver()
	}
	for _, kind := range []string{"InitConfiguration", "JoinConfiguration"} {
		one, present := r.byKind[kind]
		if present && (kind == "InitConfiguration" || one.fields["controlPlane"] != nil) {
			defaultTaints(one.fields)
		}
	}
}

// defaultTaints: 1.20 knows only the older of the two names. An empty list is a wish of its own and stays.
func defaultTaints(fields map[string]interface{}) {
	registration := within(fields, "nodeRegistration")
	if registration["taints"] != nil || minor() < 24 {
		return
	}
	names := []string{"control-plane"}
	if minor() == 24 {
		names = append(names, "master")
	}
	var taints []interface{}
	for _, name := range names {
		taints = append(taints, map[string]interface{}{"key": "node-role.kubernetes.io/" + name, "effect": "NoSchedule"})
	}
	registration["taints"] = taints
}

// defaultCgroupDriver: systemd since 1.22.
func (r *rewriting) defaultCgroupDriver() {
	const kind = "KubeletConfiguration"
	if _, present := r.byKind[kind]; !present {
		fields := map[string]interface{}{"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": kind}
		r.add(&document{"kubelet.config.k8s.io", "v1beta1", kind, fields})
	}
	fields := r.byKind[kind].fields
	if driver, _ := fields["cgroupDriver"].(string); driver == "" {
		fields["cgroupDriver"] = "systemd"
	}
}

// adaptComponents: a gate that is open since 1.21, and a mode of kube-proxy that 1.20 would take for another.
func (r *rewriting) adaptComponents() error {
	if kubelet, present := r.byKind["KubeletConfiguration"]; present && lasts(kubelet.fields["shutdownGracePeriod"]) {
		gates := within(kubelet.fields, "featureGates")
		if _, said := gates["GracefulNodeShutdown"]; !said {
			gates["GracefulNodeShutdown"] = true
		}
	}
	if proxy, present := r.byKind["KubeProxyConfiguration"]; present && proxy.fields["mode"] == "nftables" {
		return fmt.Errorf("%s: KubeProxyConfiguration.mode: nftables: the Kubernetes binaries of this package are a 1.20 underneath and cannot do this", proxy.apiVersion())
	}
	return nil
}

func lasts(value interface{}) bool {
	text, _ := value.(string)
	duration, err := time.ParseDuration(text)
	return err == nil && duration > 0
}
