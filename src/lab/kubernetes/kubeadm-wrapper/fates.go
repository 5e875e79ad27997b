package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// fate of a field that 1.20 lacks; the field is taken out already.
type fate func(r *rewriting, value interface{}) error

// dropped: what happens stays the same, for the reason given.
func dropped(string) fate {
	return func(*rewriting, interface{}) error { return nil }
}

// onlyAs refuses every value but these, and nothing at all.
func onlyAs(allowed ...interface{}) fate {
	return func(_ *rewriting, value interface{}) error {
		if isEmpty(value) {
			return nil
		}
		for _, one := range allowed {
			if value == one || sameDuration(value, one) {
				return nil
			}
		}
		return fmt.Errorf("the Kubernetes binaries of this package are a 1.20 underneath and cannot do this")
	}
}

// asFlag says the same on the command line: true as the bare flag, a list with commas.
func asFlag(name string) fate {
	return func(r *rewriting, value interface{}) error {
		switch value := value.(type) {
		case bool:
			if value {
				r.flags = append(r.flags, name+"=true")
			}
		case []interface{}:
			if len(value) > 0 {
				r.flags = append(r.flags, name+"="+strings.Join(words(value), ","))
			}
		default:
			r.flags = append(r.flags, fmt.Sprintf("%s=%v", name, value))
		}
		return nil
	}
}

func asPhases(r *rewriting, value interface{}) error {
	list, _ := value.([]interface{})
	r.skipped = append(r.skipped, words(list)...)
	return nil
}

// asPhase leaves out what is disabled. Only `init` can: the phase alone would install it.
func asPhase(phase string) fate {
	return func(r *rewriting, value interface{}) error {
		if value != true {
			return nil
		}
		if strings.HasPrefix(r.command, "init phase addon") {
			return fmt.Errorf("it is disabled, and 1.20 can only leave out the phase %s of `kubeadm init`", phase)
		}
		r.skipped = append(r.skipped, phase)
		return nil
	}
}

func asControlPlaneTimeout(r *rewriting, value interface{}) error {
	within(r.document("ClusterConfiguration"), "apiServer")["timeoutForControlPlane"] = value
	return nil
}

func asDiscoveryTimeout(r *rewriting, value interface{}) error {
	within(r.document("JoinConfiguration"), "discovery")["timeout"] = value
	return nil
}

func asAlgorithm(r *rewriting, value interface{}) error {
	if value == "ECDSA-P256" {
		within(r.document("ClusterConfiguration"), "featureGates")["PublicKeysECDSA"] = true
		return nil
	}
	return onlyAs("", "RSA-2048")(r, value)
}

func isEmpty(value interface{}) bool {
	switch value := value.(type) {
	case nil:
		return true
	case []interface{}:
		return len(value) == 0
	case map[string]interface{}:
		return len(value) == 0
	}
	return false
}

func sameDuration(value, other interface{}) bool {
	if reflect.TypeOf(value) != reflect.TypeOf(other) {
		return false
	}
	text, _ := value.(string)
	otherText, _ := other.(string)
	one, err := time.ParseDuration(text)
	two, otherErr := time.ParseDuration(otherText)
	return err == nil && otherErr == nil && one == two
}

func words(list []interface{}) []string {
	out := make([]string, 0, len(list))
	for _, each := range list {
		switch each := each.(type) {
		case string:
			out = append(out, each)
		case json.Number:
			out = append(out, each.String())
		}
	}
	return out
}
