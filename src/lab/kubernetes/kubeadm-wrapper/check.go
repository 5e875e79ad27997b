package main

import (
	"fmt"
	"strconv"
	"strings"
)

const kubeadmGroup = "kubeadm.k8s.io"

// lastOf: the last kubeadm that reads each version of the format, as its refusals name it.
var lastOf = map[string]string{"v1alpha1": "v1.11", "v1alpha2": "v1.12", "v1alpha3": "v1.14", "v1beta1": "v1.21", "v1beta2": "v1.22", "v1beta3": "v1.36"}

// minor of the claimed version: 22 of v1.22.17.
func minor() int {
	number, err := strconv.Atoi(strings.Split(claims+"..", ".")[1])
	if err != nil {
		panic("kubeadm was built without a version: " + claims)
	}
	return number
}

// reads says which versions of the format the claimed kubeadm reads. That of 1.22 to 1.26 reads v1beta2 too, deprecated; here it
// is refused, for nothing of today should write it.
func reads(version string) bool {
	return (version == "v1beta3" && minor() <= 36) || (version == "v1beta4" && minor() >= 31)
}

// check throws what the claimed kubeadm would say of the documents: wrong versions, unknown kinds and fields, wrong types.
func check(documents []document) error {
	for _, one := range documents {
		if one.group != kubeadmGroup {
			continue
		}
		if err := checkVersion(one); err != nil {
			return err
		}
		if err := checkFields(one); err != nil {
			return err
		}
	}
	return nil
}

func checkVersion(one document) error {
	if reads(one.version) {
		return nil
	}
	if last, old := lastOf[one.version]; old && (one.version != "v1beta3" || minor() > 36) {
		return fmt.Errorf("your configuration file uses an old API spec: %q (kind: %q). Please use kubeadm %s instead and run 'kubeadm config migrate --old-config old-config-file --new-config new-config-file', which will write the new, similar spec using a newer API version", one.apiVersion(), one.kind, last)
	}
	return notRegistered(one)
}

func notRegistered(one document) error {
	return fmt.Errorf("no kind %q is registered for version %q in scheme \"k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/scheme/scheme.go:31\"", one.kind, one.apiVersion())
}

func checkFields(one document) error {
	schema, found, err := schemaOf(one.version, one.kind)
	if err != nil {
		return err
	}
	if !found {
		return notRegistered(one)
	}
	findings := schema.check(one.fields)
	if len(findings.wrong) > 0 {
		return fmt.Errorf("json: %s", findings.wrong[0])
	}
	if len(findings.unknown) > 0 {
		return fmt.Errorf("error unmarshaling configuration schema.GroupVersionKind{Group:%q, Version:%q, Kind:%q}: strict decoding error: %s", one.group, one.version, one.kind, strings.Join(findings.unknown, ", "))
	}
	return nil
}
