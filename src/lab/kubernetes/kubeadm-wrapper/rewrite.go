package main

import (
	"fmt"
	"strings"
)

// rewriting of the documents of one call.
type rewriting struct {
	command string
	// documents by kind; order says which were in the file or came later.
	byKind map[string]*document
	order  []string
	flags  []string
	// skipped phases, from skipPhases and from what is disabled.
	skipped []string
}

// rewrite gives the documents as kubeadm 1.20 reads them, and the flags that say what its format cannot.
func rewrite(documents []document, command string) ([]byte, []string, error) {
	r := &rewriting{command: command, byKind: map[string]*document{}}
	for i := range documents {
		r.add(&documents[i])
	}
	for _, one := range later {
		if err := r.settle(one.kind, one.path, one.fate); err != nil {
			return nil, nil, err
		}
	}
	if err := r.flattenArguments(); err != nil {
		return nil, nil, err
	}
	if err := r.adaptComponents(); err != nil {
		return nil, nil, err
	}
	r.addDefaults()
	text, err := render(r.finished())
	return text, r.allFlags(), err
}

func (r *rewriting) add(one *document) {
	r.byKind[one.kind] = one
	r.order = append(r.order, one.kind)
}

// document gives the fields of a kind of kubeadm's, which is added where the file has none.
func (r *rewriting) document(kind string) map[string]interface{} {
	if _, present := r.byKind[kind]; !present {
		r.add(&document{kubeadmGroup, "v1beta2", kind, map[string]interface{}{"kind": kind}})
	}
	return r.byKind[kind].fields
}

// settle takes the field out and lets its fate decide.
func (r *rewriting) settle(kind, path string, decide fate) error {
	one, present := r.byKind[kind]
	if !present {
		return nil
	}
	value, found := take(one.fields, strings.Split(path, "."))
	if !found || value == nil {
		return nil
	}
	if err := decide(r, value); err != nil {
		return fmt.Errorf("%s: %s.%s: %w", one.apiVersion(), kind, path, err)
	}
	return nil
}

// finished gives the documents in their order, without the kinds that 1.20 does not know.
func (r *rewriting) finished() []document {
	var out []document
	for _, kind := range r.order {
		one := *r.byKind[kind]
		if kind == "ResetConfiguration" || kind == "UpgradeConfiguration" {
			continue
		}
		if one.group == kubeadmGroup {
			one.fields["apiVersion"] = kubeadmGroup + "/v1beta2"
		}
		out = append(out, one)
	}
	return out
}

// allFlags gives the flags that this command takes: the others have nothing to do with what it does.
func (r *rewriting) allFlags() []string {
	all := r.flags
	if len(r.skipped) > 0 {
		all = append(all, "--skip-phases="+strings.Join(r.skipped, ","))
	}
	var out []string
	for _, flag := range all {
		if takes(r.command, strings.SplitN(flag, "=", 2)[0]) {
			out = append(out, flag)
		}
	}
	return out
}

func takes(command, flag string) bool {
	if command == "init" || command == "join" || command == "reset" {
		return true
	}
	return flag == "--experimental-patches" &&
		(strings.HasPrefix(command, "init phase control-plane") || strings.HasPrefix(command, "init phase etcd"))
}

// take removes the field at the path, and what is left empty above it.
func take(fields map[string]interface{}, path []string) (interface{}, bool) {
	if len(path) == 1 {
		value, found := fields[path[0]]
		delete(fields, path[0])
		return value, found
	}
	inner, isMap := fields[path[0]].(map[string]interface{})
	if !isMap {
		return nil, false
	}
	value, found := take(inner, path[1:])
	if found && len(inner) == 0 {
		delete(fields, path[0])
	}
	return value, found
}

// within gives the map under a name, made where there is none.
func within(fields map[string]interface{}, name string) map[string]interface{} {
	if inner, isMap := fields[name].(map[string]interface{}); isMap {
		return inner
	}
	inner := map[string]interface{}{}
	fields[name] = inner
	return inner
}
