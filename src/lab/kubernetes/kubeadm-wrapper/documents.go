package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"
)

// document is one YAML document of a configuration file; numbers stay as they are written.
type document struct {
	group, version, kind string
	fields               map[string]interface{}
}

func (d document) apiVersion() string { return d.group + "/" + d.version }

var separator = regexp.MustCompile(`(?m)^---[ \t]*(#.*)?\r?$`)

// readDocuments reads a file (or /dev/stdin) of YAML documents. Duplicate keys and kinds are errors.
func readDocuments(path string) ([]document, error) {
	text, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("unable to read config from %q: %w", path, err)
	}
	var documents []document
	seen := map[string]bool{}
	for _, part := range separator.Split(string(text), -1) {
		one, err := parse([]byte(part))
		if err != nil {
			return nil, err
		}
		if one == nil {
			continue
		}
		if seen[one.kind] {
			return nil, fmt.Errorf("invalid configuration: kind %q is specified twice in YAML file", one.kind)
		}
		seen[one.kind] = true
		documents = append(documents, *one)
	}
	return documents, nil
}

// read: standard input may be a socket, which cannot be opened by its path.
func read(path string) ([]byte, error) {
	if path == "/dev/stdin" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(path)
}

// parse gives nil for a document that is empty or nothing but comments.
func parse(part []byte) (*document, error) {
	text, err := yaml.YAMLToJSONStrict(part)
	if err != nil {
		return nil, fmt.Errorf("strict decoding error: %w", err)
	}
	if string(text) == "null" {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var fields map[string]interface{}
	if err := decoder.Decode(&fields); err != nil {
		return nil, fmt.Errorf("couldn't get version/kind; json parse error: %w", err)
	}
	apiVersion, _ := fields["apiVersion"].(string)
	kind, _ := fields["kind"].(string)
	group, version, _ := strings.Cut(apiVersion, "/")
	if group == "" || version == "" || kind == "" {
		return nil, fmt.Errorf("invalid configuration for GroupVersionKind %s/%s, Kind=%s: kind and apiVersion is mandatory information that must be specified", group, version, kind)
	}
	return &document{group, version, kind, fields}, nil
}

// render gives all documents as one file. JSON is YAML.
func render(documents []document) ([]byte, error) {
	var out bytes.Buffer
	for _, one := range documents {
		text, err := json.Marshal(one.fields)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "---\n%s\n", text)
	}
	return out.Bytes(), nil
}
