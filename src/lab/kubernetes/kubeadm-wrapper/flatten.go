package main

import "fmt"

// flattenArguments turns v1beta4's lists of name and value into the maps of v1beta2.
func (r *rewriting) flattenArguments() error {
	for _, kind := range []string{"InitConfiguration", "ClusterConfiguration", "JoinConfiguration"} {
		if one, present := r.byKind[kind]; present {
			if err := flatten(one.fields, kind); err != nil {
				return err
			}
		}
	}
	return nil
}

func flatten(fields map[string]interface{}, path string) error {
	for name, value := range fields {
		inner := path + "." + name
		if list, isList := value.([]interface{}); isList && (name == "extraArgs" || name == "kubeletExtraArgs") {
			flat, err := mapOf(list, inner)
			if err != nil {
				return err
			}
			fields[name] = flat
		} else if below, isMap := value.(map[string]interface{}); isMap {
			if err := flatten(below, inner); err != nil {
				return err
			}
		}
	}
	return nil
}

func mapOf(list []interface{}, path string) (map[string]interface{}, error) {
	flat := map[string]interface{}{}
	for i, each := range list {
		argument, _ := each.(map[string]interface{})
		name, _ := argument["name"].(string)
		value, _ := argument["value"].(string)
		if name == "" {
			return nil, fmt.Errorf("%s[%d].name: Required value: name cannot be empty", path, i)
		}
		if _, twice := flat[name]; twice {
			return nil, fmt.Errorf("%s: argument %q stands there twice: the binaries of this package are a 1.20 underneath and take it once", path, name)
		}
		flat[name] = value
	}
	return flat, nil
}
