package main

import "strings"

// arguments of one call: words for the real kubeadm, and the rewritten configuration if there is one.
type arguments struct {
	words  []string
	config []byte
	// validateOnly: kubeadm 1.20 has no `config validate`.
	validateOnly bool
}

// placeholder stands in words where the path of the rewritten configuration will go.
const placeholder = "\x00config"

// renamed flags: the same thing under the name that 1.20 knows.
var renamed = map[string]string{"--patches": "--experimental-patches"}

// adapt reads the configuration that the words name, if they do, and gives back what the real kubeadm is to be called with.
func adapt(words []string) (arguments, error) {
	words, path := takeConfig(words)
	args := arguments{words: renameFlags(words)}
	if path == "" {
		return args, nil
	}
	documents, err := readDocuments(path)
	if err != nil {
		return args, err
	}
	if err := check(documents); err != nil {
		return args, err
	}
	command := commandOf(words)
	if strings.HasPrefix(command, "config validate") && minor() >= 26 {
		args.validateOnly = true
		return args, nil
	}
	rewritten, flags, err := rewrite(documents, command)
	if err != nil {
		return args, err
	}
	args.words = append(withoutConfig(args.words, command), missing(args.words, flags)...)
	args.config = rewritten
	return args, nil
}

// takeConfig replaces the value of --config by the placeholder and gives the value back.
func takeConfig(words []string) ([]string, string) {
	out := append([]string{}, words...)
	for i, word := range out {
		if word == "--" {
			break
		}
		if value := strings.TrimPrefix(word, "--config="); value != word {
			out[i] = "--config=" + placeholder
			return out, value
		}
		if word == "--config" && i+1 < len(out) {
			value := out[i+1]
			out[i+1] = placeholder
			return out, value
		}
	}
	return out, ""
}

func renameFlags(words []string) []string {
	out := append([]string{}, words...)
	for i, word := range out {
		name, value, found := strings.Cut(word, "=")
		if to, ok := renamed[name]; ok {
			out[i] = to
			if found {
				out[i] += "=" + value
			}
		}
	}
	return out
}

// commandOf gives the words up to the first flag after them, for example "init phase certs".
func commandOf(words []string) string {
	var command []string
	for _, word := range words {
		if strings.HasPrefix(word, "-") && len(command) > 0 {
			break
		} else if strings.HasPrefix(word, "-") {
			continue
		}
		command = append(command, word)
	}
	return strings.Join(command, " ")
}

// missing gives those of the flags that the caller did not pass: on the command line they win over the configuration.
func missing(words, flags []string) []string {
	var out []string
	for _, flag := range flags {
		name, _, _ := strings.Cut(flag, "=")
		if !has(words, name) {
			out = append(out, flag)
		}
	}
	return out
}

func has(words []string, name string) bool {
	for _, word := range words {
		if word == name || strings.HasPrefix(word, name+"=") {
			return true
		}
	}
	return false
}

// withoutConfig: `reset` of 1.20 takes no file, so what the file says comes as flags alone.
func withoutConfig(words []string, command string) []string {
	if command != "reset" {
		return words
	}
	var out []string
	for i, word := range words {
		if word == "--config="+placeholder || word == placeholder || (word == "--config" && i+1 < len(words) && words[i+1] == placeholder) {
			continue
		}
		out = append(out, word)
	}
	return out
}
