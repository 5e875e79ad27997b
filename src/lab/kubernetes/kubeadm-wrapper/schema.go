package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
)

//go:embed schemas/*.json
var files embed.FS

// node of a JSON Schema: as much of the language as the schemas of kubeadm use.
type node struct {
	Ref        string           `json:"$ref"`
	Type       types            `json:"type"`
	Properties map[string]*node `json:"properties"`
	Additional json.RawMessage  `json:"additionalProperties"`
	Items      *node            `json:"items"`
	Const      *string          `json:"const"`
	Enum       []string         `json:"enum"`
	Pattern    string           `json:"pattern"`
	AnyOf      []*node          `json:"anyOf"`
	Defs       map[string]*node `json:"$defs"`
}

// types is one type or a list of them; null is taken everywhere, as Go's decoders do.
type types []string

func (t *types) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*t = types{one}
		return nil
	}
	var many []string
	err := json.Unmarshal(text, &many)
	for _, each := range many {
		if each != "null" {
			*t = append(*t, each)
		}
	}
	return err
}

// schema of one kind, with the definitions it refers to.
type schema struct {
	version, kind string
	defs          map[string]*node
}

// findings of one document, in kubeadm's words; the value is never among them, for it may be a secret.
type findings struct{ unknown, wrong []string }

// schemaOf gives the schema of a kind, or says that there is no such kind.
func schemaOf(version, kind string) (schema, bool, error) {
	text, err := files.ReadFile("schemas/" + version + ".json")
	if err != nil {
		return schema{}, false, err
	}
	var root node
	if err := json.Unmarshal(text, &root); err != nil {
		return schema{}, false, err
	}
	_, found := root.Defs[kind]
	return schema{version, kind, root.Defs}, found && strings.HasSuffix(kind, "Configuration"), nil
}

func (s schema) check(fields map[string]interface{}) findings {
	var found findings
	s.walk(&node{Ref: "#/$defs/" + s.kind}, fields, "", &found)
	return found
}

func (s schema) walk(at *node, value interface{}, path string, found *findings) {
	whole := at
	for at.Ref != "" {
		at = s.defs[strings.TrimPrefix(at.Ref, "#/$defs/")]
	}
	if value == nil {
		return
	}
	if len(at.AnyOf) > 0 {
		s.walk(at.AnyOf[0], value, path, found)
		return
	}
	if len(at.Type) > 0 && at.Type[0] != jsonType(value) {
		found.wrong = append(found.wrong, fmt.Sprintf("cannot unmarshal %s into Go struct field %s.%s of type %s", goName(value), s.kind, path, s.goType(whole)))
		return
	}
	switch value := value.(type) {
	case map[string]interface{}:
		s.walkObject(at, value, path, found)
	case []interface{}:
		for i, item := range value {
			s.walk(at.Items, item, fmt.Sprintf("%s[%d]", path, i), found)
		}
	case string:
		if !at.allows(value) {
			found.wrong = append(found.wrong, fmt.Sprintf("invalid value for Go struct field %s.%s of type %s", s.kind, path, s.goType(whole)))
		}
	}
}

func (s schema) walkObject(at *node, value map[string]interface{}, path string, found *findings) {
	names := make([]string, 0, len(value))
	for name := range value {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		inner := strings.TrimPrefix(path+"."+name, ".")
		if property, known := at.Properties[name]; known {
			s.walk(property, value[name], inner, found)
		} else if values := at.freeValues(); values != nil {
			s.walk(values, value[name], inner, found)
		} else if at.Properties != nil {
			found.unknown = append(found.unknown, fmt.Sprintf("unknown field %q", inner))
		}
	}
}

// freeValues gives the schema of the values of a true map, nil where only named fields may stand.
func (n *node) freeValues() *node {
	var values node
	if len(n.Additional) == 0 || json.Unmarshal(n.Additional, &values) != nil {
		return nil
	}
	return &values
}

func (n *node) allows(value string) bool {
	if n.Const != nil && *n.Const != value {
		return false
	}
	if n.Pattern != "" && !regexp.MustCompile(n.Pattern).MatchString(value) {
		return false
	}
	for _, one := range n.Enum {
		if one == value {
			return true
		}
	}
	return len(n.Enum) == 0
}
