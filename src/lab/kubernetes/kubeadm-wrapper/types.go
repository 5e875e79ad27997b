package main

import (
	"encoding/json"
	"strings"
)

// jsonType names the type of a value as JSON Schema does.
func jsonType(value interface{}) string {
	switch value := value.(type) {
	case map[string]interface{}:
		return "object"
	case []interface{}:
		return "array"
	case bool:
		return "boolean"
	case json.Number:
		if strings.ContainsAny(value.String(), ".eE") {
			return "number"
		}
		return "integer"
	default:
		return "string"
	}
}

// goName names the type of a value as Go's decoder does in its errors.
func goName(value interface{}) string {
	return map[string]string{"boolean": "bool", "integer": "number"}[jsonType(value)] + map[string]string{"object": "object", "array": "array", "string": "string", "number": "number"}[jsonType(value)]
}

// goType names the type that a schema stands for as Go's decoder does: []v1beta4.Arg, map[string]string.
func (s schema) goType(at *node) string {
	if name := strings.TrimPrefix(at.Ref, "#/$defs/"); name != "" {
		parts := strings.Split(name, ".")
		if len(parts) == 1 {
			return s.version + "." + name
		}
		return strings.Join(parts[len(parts)-2:], ".")
	}
	if len(at.AnyOf) > 0 {
		return s.goType(at.AnyOf[0])
	}
	switch strings.Join(at.Type, "") {
	case "array":
		return "[]" + s.goType(at.Items)
	case "object":
		if values := at.freeValues(); values != nil {
			return "map[string]" + s.goType(values)
		}
		return "struct"
	case "boolean":
		return "bool"
	case "integer":
		return "int32"
	default:
		return "string"
	}
}
